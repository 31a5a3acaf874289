"""Names of columns, against the schema."""

import pytest

KNOWN = "SCHEMA has: company, fare, hour, tips"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'column = "tips"',
            'column = "tip"',
            f'9: label.column: found "tip"; did you mean "tips"? {KNOWN}',
        ),
        ('of = "fare"', 'of = "price"', f'11: label.of: found "price"; {KNOWN}'),
        (
            'of = "fare"',
            'of = "company"',
            '11: label.of: found "company"; expected a column of numbers; this one holds text',
        ),
        (
            "[training]",
            '[features]\ndrop = [\n  "hour",\n  "compny",\n]\n[training]',
            f'16: features.drop.1: found "compny"; did you mean "company"? {KNOWN}',
        ),
        (
            '[["company"]]',
            '[["company", "our"]]',
            f'17: evaluation.slices.0.1: found "our"; did you mean "hour"? {KNOWN}',
        ),
        (
            "[label]",
            '[data.severities]\ncompany = "warn"\nfair = "warn"\n[label]',
            f"10: data.severities.fair: unknown column; did you mean 'fare'? {KNOWN}",
        ),
        (
            "[training]",
            '[features]\ndrop = ["company", "fare", "hour"]\n[training]',
            "6: data.schema: does not fit this file: no feature is left; "
            "the schema has no SERVING column that is not dropped",
        ),
    ],
)
def test_column_that_does_not_fit_the_schema_is_refused(files, old, new, message):
    files.change(files.what, old, new)

    assert files.messages() == [f"what.toml:{message}"]


def test_label_column_of_text_is_refused(files):
    files.change(files.what, '[["company"]]', '[["hour"]]')
    files.change(files.what, 'column = "tips"', 'column = "company"')

    assert files.messages() == [
        'what.toml:9: label.column: found "company"; '
        "expected a column of numbers; this one holds text"
    ]


def test_columns_are_checked_although_another_table_is_wrong(files):
    files.change(files.what, "steps = 10", "steps = 0")
    files.change(files.what, 'of = "fare"', 'of = "far"')

    assert files.messages() == [
        f'what.toml:11: label.of: found "far"; did you mean "fare"? {KNOWN}',
        "what.toml:14: training.steps: found 0; expected a whole number of at least 1",
    ]


def test_missing_schema_file_is_named(files):
    files.schema.unlink()

    assert files.messages() == [
        "what.toml:6: data.schema: SCHEMA: no such schema file; give the path of a .pbtxt"
    ]


def test_schema_that_is_none_is_refused_with_its_line(files):
    files.schema.write_text("\nfeature { nam: 'fare' }\n", encoding="utf-8")

    assert files.messages() == [
        "what.toml:6: data.schema: SCHEMA:2: not a tensorflow_metadata Schema: "
        'Message type "tensorflow.metadata.v0.Feature" has no field named "nam".'
    ]


def test_schema_in_a_package_that_is_not_installed_is_refused(files):
    files.change(files.what, f'"{files.schema}"', '"package://nowhere/schema.pbtxt"')

    assert files.messages() == [
        "what.toml:6: data.schema: package://nowhere/schema.pbtxt: "
        "no package 'nowhere' is installed here"
    ]


def test_wide_table_does_not_fill_the_screen_with_its_columns(files):
    columns = "".join(f'feature {{ name: "c{i}" type: INT }}\n' for i in range(30))
    files.schema.write_text(files.schema.read_text(encoding="utf-8") + columns, encoding="utf-8")
    files.change(files.what, 'of = "fare"', 'of = "price"')

    (message,) = files.messages()

    assert message.endswith(
        "tips, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15 and 14 more"
    )


def test_a_waiver_is_for_a_column_that_there_is_until_a_day_and_for_a_reason(files):
    lines = 'waivers.fair = { until = 2026-12-31, reason = "why" }\n'
    files.change(files.what, "[label]", f"{lines}[label]")
    assert files.messages() == [
        "what.toml:8: data.waivers.fair: unknown column; did you mean 'fare'? "
        "SCHEMA has: company, fare, hour, tips"
    ]

    files.change(files.what, lines, 'waivers.fare = { until = "soon" }\n')
    assert files.messages() == [
        'what.toml:8: data.waivers.fare.until: found "soon"; expected a date, such as 2026-12-31',
        "what.toml:8: data.waivers.fare.reason: missing; expected a text that says why",
    ]


@pytest.mark.parametrize("environment", ["TRAINING", "SERVING"])
def test_an_environment_that_the_schema_does_not_list_is_refused(files, environment):
    text = files.schema.read_text(encoding="utf-8")
    line = f'default_environment: "{environment}"\n'
    text = text.replace(line, "").replace(f' not_in_environment: "{environment}"', "")
    files.schema.write_text(text, encoding="utf-8")

    (message,) = files.messages()
    assert message.startswith("what.toml:6: data.schema: SCHEMA lists the environments: ")
    assert message.endswith(f'; expected default_environment: "{environment}" among them')


def test_a_column_that_the_schema_does_not_know_may_be_made_to_block(files):
    files.change(files.what, "[label]", '[data.severities]\nweather = "block"\n[label]')

    assert dict(files.load().what.data.severities) == {"weather": "block"}
