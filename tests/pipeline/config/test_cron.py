"""The six fields of a schedule."""

import pytest

from pipeline.config.cron import cron_fault


@pytest.mark.parametrize(
    "cron",
    [
        "0 0 3 * * *",
        "0 */15 * * * *",
        "0 0 9-17 ? * mon-fri",
        "0 0 0 1,15 JAN *",
        "5/10 0 0 31 12 6",
        "  0  0 3 * * * ",
    ],
)
def test_what_kubeflow_reads_is_right(cron):
    assert cron_fault(cron) is None


@pytest.mark.parametrize(
    ("cron", "fault"),
    [
        ("60 0 3 * * *", "0 to 59, *, a range such as 0-59, or a step, as the second"),
        ("0 60 3 * * *", "0 to 59, *, a range such as 0-59, or a step, as the minute"),
        ("0 0 24 * * *", "0 to 23, *, a range such as 0-23, or a step, as the hour"),
        ("0 0 3 0 * *", "1 to 31, *, a range such as 1-31, or a step, as the day of month"),
        ("0 0 3 * 13 *", "1 to 12, *, a range such as 1-12, or a step, as the month"),
        ("0 0 3 * * 7", "0 to 6, *, a range such as 0-6, or a step, as the day of week"),
        ("0 0 17-9 * * *", "0 to 23, *, a range such as 0-23, or a step, as the hour"),
        ("0 */0 3 * * *", "0 to 59, *, a range such as 0-59, or a step, as the minute"),
        ("0 0 3 * * mon-", "0 to 6, *, a range such as 0-6, or a step, as the day of week"),
        ("0 0 3 , * *", "1 to 31, *, a range such as 1-31, or a step, as the day of month"),
    ],
)
def test_a_field_that_is_none_is_named(cron, fault):
    assert cron_fault(cron) == fault


def test_five_fields_are_the_cron_of_others():
    fault = cron_fault("0 3 * * *")

    assert fault is not None
    assert fault.startswith("six fields, not 5: second, minute, hour")
