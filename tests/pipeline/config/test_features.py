"""What the file says of columns as features."""

import pytest

from pipeline import options

SCHEMA = """
feature { name: "note" type: BYTES }
feature { name: "at" type: INT }
feature { name: "seen" type: INT time_domain { integer_format: UNIX_SECONDS } }
feature { name: "stars" type: INT int_domain { min: 1 max: 5 } }
feature { name: "late" type: FLOAT not_in_environment: "SERVING" }
feature { name: "card" type: BYTES }
"""
KNOWN = "SCHEMA has: company, fare, hour, tips, note, at, seen, stars, late, card"


@pytest.fixture
def said(files):
    """Puts lines into the file, behind line 12."""
    files.schema.write_text(files.schema.read_text(encoding="utf-8") + SCHEMA, encoding="utf-8")

    def put(*lines):
        files.change(files.what, "[training]", "\n".join((*lines, "[training]")))
        return files

    return put


def test_what_is_said_of_columns_reaches_transform_and_training_alike(said):
    what = (
        said(
            "[features]",
            'drop = ["at"]',
            "[features.columns]",
            "fare.log = true",
            "hour = { buckets = 10 }",
            'note = { as = "text", hash = 500 }',
            "company.vocabulary = 50",
            "[[features.crosses]]",
            'columns = ["company", "hour"]',
            "hash = 100",
        )
        .load()
        .what
    )

    told = {
        "drop": ["at"],
        "columns": {
            "fare": {"log": True},
            "hour": {"log": False, "buckets": 10},
            "note": {"as": "text", "log": False, "hash": 500},
            "company": {"log": False, "vocabulary": 50},
        },
        "crosses": [{"columns": ["company", "hour"], "hash": 100}],
    }
    assert options.transform(what)["features"] == told
    assert options.training(what)["features"] == told


FOR_INT = "a column of INT may be: number, category"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fare = {}", "fare: says nothing; expected one of as, log, buckets, hash, vocabulary"),
        (
            'fare.as = "numbr"',
            'fare.as: found "numbr"; did you mean "number"? allowed: number, category, text, date',
        ),
        ("fare.logg = true", "fare.logg: unknown key; did you mean 'log'? allowed: "
         "as, buckets, hash, log, vocabulary"),
        ("fare.buckets = 1", "fare.buckets: found 1; expected a whole number from 2 to 10000000"),
        ('fare.as = "text"', 'fare.as: found "text"; a column of FLOAT may be: number'),
        ("fare.hash = 10", "fare.hash: is for category; a column of FLOAT may be: number"),
        ("fare.vocabulary = 9",
         "fare.vocabulary: is for category; a column of FLOAT may be: number"),
        ("company.log = true", "company.log: is for number; "
         "a column of BYTES may be: category, text, date"),
        ("at.as = 'date'", f'at.as: found "date"; {FOR_INT}; for a date its unit must stand in '
         "the schema, such as time_domain { integer_format: UNIX_SECONDS }"),
        ("seen.as = 'text'", f'seen.as: found "text"; {FOR_INT}, date'),
        ("hour = { log = true, buckets = 9 }", "hour.buckets: does not go with log: quantiles are "
         "the same of a number and of its logarithm; leave one of them out"),
        ("company = { hash = 9, vocabulary = 9 }", "company.vocabulary: does not go with hash: "
         "what is hashed has no vocabulary; leave one of them out"),
        ("hour = { buckets = 9, hash = 9 }",
         "hour.hash: is for a category or a text, and buckets is for none"),
        ("hour = { as = 'number', vocabulary = 9 }",
         'hour.vocabulary: is for a category, and as = "number" is for none'),
        ("note = { as = 'text', vocabulary = 9 }",
         'note.vocabulary: is for a category, and as = "text" is for none'),
        ("stars.vocabulary = 3", "stars.vocabulary: the schema lists the values of the column, "
         "and all of them are known; leave it out"),
        ("tips.log = true", 'tips: "tips" is the label\'s column, which is never a feature; '
         "leave it out"),
        ("late.log = true", 'late: "late" is no feature: requests do not have it, or validation '
         "passes over it; leave it out"),
        ("compny.hash = 9", f'compny: found "compny"; did you mean "company"? {KNOWN}'),
    ],
)  # fmt: skip
def test_an_override_that_makes_no_sense_is_refused_with_what_would(said, line, message):
    files = said("[features.columns]", line)

    assert files.messages() == [f"what.toml:14: features.columns.{message}"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('["company"]', "columns: expected two columns or more, each once"),
        ('["company", "company"]', "columns: expected two columns or more, each once"),
        ('["company", "fair"]', f'columns.1: found "fair"; did you mean "fare"? {KNOWN}'),
        ('["company", "fare"]', 'columns.1: found "fare", a number; only categories and numbers '
         "in buckets cross; give it buckets: [features.columns.fare] buckets = 10"),
        ('["seen", "company"]', 'columns.0: found "seen", a date; only categories and numbers '
         "in buckets cross"),
        ('["tips", "company"]',
         'columns.0: "tips" is the label\'s column, which is never a feature'),
        ('["note", "company"]', 'columns.0: "note" is dropped (features.drop)'),
    ],
)  # fmt: skip
def test_a_cross_is_of_categories_and_numbers_in_buckets(said, columns, message):
    files = said(
        "[features]", 'drop = ["note"]', f"crosses = [{{ columns = {columns}, hash = 9 }}]"
    )

    assert files.messages() == [f"what.toml:15: features.crosses.0.{message}"]


def test_the_same_columns_are_crossed_once(said):
    files = said(
        "[[features.crosses]]",
        'columns = ["company", "stars"]',
        "hash = 9",
        "[[features.crosses]]",
        'columns = ["stars", "company"]',
        "hash = 8",
    )

    assert files.messages() == [
        "what.toml:17: features.crosses.1.columns: these columns are crossed already; leave it out"
    ]


def test_a_dropped_column_is_nothing_else(said):
    files = said("[features]", 'drop = ["fare", "hour"]', "columns.fare.log = true")

    assert files.messages() == [
        'what.toml:15: features.columns.fare: "fare" is dropped (features.drop); leave it out'
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('drop = ["card"]', "drop.0"),
        ("columns.card.hash = 9", "columns.card"),
        ('crosses = [{ columns = ["stars", "card"], hash = 9 }]', "crosses.0.columns.1"),
    ],
)
def test_personal_data_is_no_feature(said, line, key):
    files = said("[features]", line)

    assert files.messages('data.columns.card.privacy="identifier"') == [
        f'what.toml:14: features.{key}: "card" is personal data (data.columns), '
        "which is never a feature; leave it out"
    ]


def test_own_functions_are_named_by_a_path_that_leads_somewhere(said, tmp_path, monkeypatch):
    (tmp_path / "own_trips.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    files = said("[features]", 'preprocessing_fn = "own_trips.features"')

    what = files.load("training.build_model=own_trips.network").what
    assert options.transform(what)["features"]["preprocessing_fn"] == "own_trips.features"
    assert options.training(what)["features"]["preprocessing_fn"] == "own_trips.features"
    assert options.training(what)["build_model"] == "own_trips.network"
    assert files.messages("training.build_model=own_trip.network") == [
        "--set training.build_model=own_trip.network: training.build_model: found "
        '"own_trip.network"; there is no module "own_trip"; it must lie in the project\'s folder, '
        "or be installed"
    ]
    (deeper,) = files.messages("training.build_model=own_trips.deep.network")
    assert 'there is no module "own_trips.deep"' in deeper
    assert files.messages("features.preprocessing_fn=features") == [
        '--set features.preprocessing_fn=features: features.preprocessing_fn: found "features"; '
        'expected the dotted path of a function, such as "my_package.my_module.my_function"'
    ]
    assert files.messages("features.columns.fare.log=true") == [
        "--set features.columns.fare.log=true: features.columns: does not go with "
        "features.preprocessing_fn, which makes all features; leave one of them out"
    ]
    (crossed,) = files.messages('features.crosses=[{columns=["company","note"],hash=9}]')
    assert "features.crosses: does not go with features.preprocessing_fn" in crossed


def test_overrides_are_printed_and_read_back(said):
    from pipeline.config import load, show

    said("[features]", "columns.fare.log = true")
    text = show("what.toml", "where.toml")

    assert "[features.columns.fare]\n# not set: as, buckets, hash, vocabulary\nlog = true\n" in text
    assert load("what.toml", "where.toml").what.features.columns["fare"].log
