"""What is declared about fairness must be measurable, and its bounds must be able to refuse."""

import pytest

KNOWN = "SCHEMA has: company, fare, hour, tips"
MISTAKES = [
    (
        'columns = ["compny"]',
        f'17: evaluation.fairness.columns.0: found "compny"; did you mean "company"? {KNOWN}',
    ),
    (
        'columns = ["hour", "tips"]',
        '17: evaluation.fairness.columns.1: "tips" is the label\'s column; '
        "expected one known without it",
    ),
    (
        'columns = ["hour", "hour"]',
        '17: evaluation.fairness.columns.1: "hour" stands in this list already; leave it out',
    ),
    (
        "max_gap.fpr = 0.1",
        "16: evaluation.fairness.columns: found []; "
        "expected at least one sensitive column; without any, no model is refused",
    ),
    (
        'positive = "1"',
        "16: evaluation.fairness.columns: found []; "
        "expected at least one sensitive column; without any, no model is refused",
    ),
    (
        'columns = ["hour"]\nmax_gap.fnr = 1',
        "18: evaluation.fairness.max_gap.fnr: found 1, which refuses no model: "
        "a gap of shares is at most 1; expected at least 0 and below 1",
    ),
    (
        'columns = ["hour"]\nmax_gap.fnr = -0.1',
        "18: evaluation.fairness.max_gap.fnr: found -0.1; "
        "expected a number of at least 0 and below 1",
    ),
    (
        'columns = ["hour"]\nmax_gap.frp = 0.1',
        "18: evaluation.fairness.max_gap.frp: unknown key; did you mean 'fpr'? "
        "allowed: fnr, fpr, positive_rate",
    ),
    (
        'columns = ["hour"]\nthresholds = [1.0]',
        "18: evaluation.fairness.thresholds.0: found 1.0; expected a number between 0 and 1",
    ),
    (
        'columns = ["hour"]\nthresholds = []',
        "18: evaluation.fairness.thresholds: found []; "
        "expected at least one; without any, no model is refused",
    ),
    (
        'columns = ["hour"]\nthresholds = [0.5, 0.25, 0.5]',
        "18: evaluation.fairness.thresholds.2: 0.5 stands in this list already; leave it out",
    ),
    (
        'columns = ["hour"]\npositive = "1"',
        "18: evaluation.fairness.positive: is for several classes; of a binary label, "
        "label 1 is positive; leave it out",
    ),
]


@pytest.fixture
def declare(files):
    def write(section):
        files.change(files.what, "[evaluation]", f"[evaluation.fairness]\n{section}\n[evaluation]")

    return write


@pytest.mark.parametrize(("section", "message"), MISTAKES)
def test_fairness_that_cannot_be_judged_is_refused(files, declare, section, message):
    declare(section)

    assert files.messages() == [f"what.toml:{message}"]


def test_personal_data_cannot_be_a_sensitive_column(files, declare):
    declare('columns = ["hour"]')
    files.change(files.what, "[label]", 'columns.hour.privacy = "identifier"\n[label]')

    assert files.messages() == [
        'what.toml:18: evaluation.fairness.columns.0: "hour" is personal data (data.columns), '
        "which no step gets to see"
    ]


def test_a_regression_has_no_rates_of_positives(files, declare):
    declare('columns = ["hour"]')
    files.change(files.what, '"binary"', '"regression"')
    files.change(files.what, 'share = 0.2\nof = "fare"\n', "")
    files.change(files.what, '"auc"', '"mae"')

    assert files.messages() == [
        "what.toml:15: evaluation.fairness.columns: rates of positives need classes, which the "
        "task regression has not; leave evaluation.fairness out, or set a gate on mae with "
        'scope = "every slice"'
    ]


@pytest.mark.parametrize(
    ("positive", "message"),
    [
        (
            "",
            "14: evaluation.fairness.columns: needs evaluation.fairness.positive beside it: which "
            "of the classes is the one that groups must get alike",
        ),
        (
            'positive = "5"',
            '15: evaluation.fairness.positive: found "5"; the label has: 1, 2, 3',
        ),
    ],
)
def test_several_classes_need_one_that_is_positive(files, declare, positive, message):
    declare(f'columns = ["fare"]\n{positive}')
    files.change(files.what, '"binary"', '"multiclass"')
    files.change(files.what, '"tips"\nshare = 0.2\nof = "fare"\n', '"hour"')
    files.change(files.what, '"auc"', '"loss"')
    files.change(files.schema, '"hour" type: INT', '"hour" type: INT int_domain { min: 1 max: 3 }')

    assert files.messages() == [f"what.toml:{message}"]


def test_declared_fairness_is_read(files, declare):
    declare('columns = ["hour", "company"]\nthresholds = [0.3]\nmax_gap.fpr = 0')

    fairness = files.load().what.evaluation.fairness

    assert fairness.columns == ("hour", "company")
    assert (fairness.thresholds, fairness.min_rows) == ((0.3,), 100)
    assert fairness.max_gap.stated == {"fpr": 0}
