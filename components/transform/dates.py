"""What the model sees of a date: how late it is, and where in the year, the week and the day."""

from collections.abc import Mapping

import tensorflow as tf

from schema.features import TimeUnit

MONTHS, WEEKDAYS, HOURS = 12, 7, 24

_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}(:[0-9]{2}.*)?)?"
_UNITS_A_DAY: Mapping[TimeUnit, int] = {
    "days": 1,
    "seconds": 86_400,
    "milliseconds": 86_400 * 10**3,
    "microseconds": 86_400 * 10**6,
    "nanoseconds": 86_400 * 10**9,
}
# 0001-01-01 and 9999-12-31: as far as ISO 8601 reaches with four digits.
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_dates(text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Reads ISO 8601 dates, with or without a time; what stands behind the minutes is passed over.

    Args:
        text: [batch] string, such as `2024-03-01`, `2024-03-01 12:30:00`, `2024-03-01T12:30Z`.

    Returns:
        [batch] float32, days since 1970-01-01 with the part of the day that has passed, NaN where
        there is no date; and [batch, 4] int64, month, weekday (0 is Monday) and hour from 0, and
        whether it is a date.
    """
    is_iso = tf.strings.regex_full_match(text, _ISO)
    safe = tf.where(is_iso, text, "1970-01-01")
    year, month, day = (_number(safe, start, end) for start, end in ((0, 4), (5, 2), (8, 2)))
    whole = _padded(safe)
    hour, minute = _number(whole, 11, 2), _number(whole, 14, 2)
    days_of_month = tf.gather(
        tf.constant(_MONTH_DAYS, tf.int64), tf.clip_by_value(month - 1, 0, 11)
    )
    is_date = (
        is_iso
        & (month >= 1)
        & (month <= MONTHS)
        & (day >= 1)
        & (day <= days_of_month)
        & (hour < HOURS)
        & (minute < 60)
    )
    days = _days_since_1970(year, month, day)
    passed = (tf.cast(hour, tf.float32) + tf.cast(minute, tf.float32) / 60) / HOURS
    return _when(days, passed, is_date), _parts(month, days, hour, is_date)


def count_dates(counts: tf.Tensor, unit: TimeUnit) -> tuple[tf.Tensor, tf.Tensor]:
    """Reads moments that are counted from 1970-01-01, in UTC.

    Args:
        counts: [batch] int64; what lies outside the years 1 to 9999 is no date.
        unit: What is counted.

    Returns:
        As `parse_dates`.
    """
    a_day = _UNITS_A_DAY[unit]
    days = tf.math.floordiv(counts, a_day)
    is_date = (days >= _FIRST_DAY) & (days <= _LAST_DAY)
    days = tf.where(is_date, days, 0)
    rest = tf.math.floormod(counts, a_day)
    hour = tf.math.floordiv(rest, max(a_day // HOURS, 1))
    # The shares of a day are few enough for 64 bits, and are rounded to 32 only then.
    passed = tf.cast(tf.cast(rest, tf.float64) / a_day, tf.float32)
    return _when(days, passed, is_date), _parts(_month(days), days, hour, is_date)


def _when(days: tf.Tensor, passed: tf.Tensor, is_date: tf.Tensor) -> tf.Tensor:
    return tf.where(is_date, tf.cast(days, tf.float32) + passed, float("nan"))


def _parts(month: tf.Tensor, days: tf.Tensor, hour: tf.Tensor, is_date: tf.Tensor) -> tf.Tensor:
    # 1970-01-01 was a Thursday.
    weekday = tf.math.floormod(days + 3, WEEKDAYS)
    return tf.stack([month - 1, weekday, hour, tf.cast(is_date, tf.int64)], axis=1)


def encode_parts(parts: tf.Tensor, *, has_time: bool) -> tf.Tensor:
    """One-hot month and weekday, and the hour if it means something; zeros where there is no date.

    Args:
        parts: [batch, 4] int64, as `parse_dates` returns them.
        has_time: Whether the hour is among them.

    Returns:
        [batch, 19 or 43] float32.
    """
    sizes = [MONTHS, WEEKDAYS, *([HOURS] if has_time else [])]
    hot = [tf.one_hot(parts[:, index], size) for index, size in enumerate(sizes)]
    return tf.concat(hot, axis=1) * tf.cast(parts[:, 3:], tf.float32)


def _number(text: tf.Tensor, start: int, length: int) -> tf.Tensor:
    return tf.strings.to_number(tf.strings.substr(text, start, length), tf.int64)


def _padded(text: tf.Tensor) -> tf.Tensor:
    """With minutes behind an hour that has none, and midnight behind a day that has no hour."""
    is_day, is_hour = (tf.strings.length(text) == length for length in (10, 13))
    return tf.strings.join([text, tf.where(is_day, " 00:00", tf.where(is_hour, ":00", ""))])


def _days_since_1970(year: tf.Tensor, month: tf.Tensor, day: tf.Tensor) -> tf.Tensor:
    """The proleptic Gregorian calendar, counted from the 1st of March so that leap days come last.

    The method is Howard Hinnant's `days_from_civil` (chrono-compatible low-level date algorithms).
    """
    year -= tf.cast(month <= 2, tf.int64)
    era = tf.math.floordiv(year, 400)
    year_of_era = year - era * 400
    month_from_march = tf.math.floormod(month + 9, 12)
    day_of_year = tf.math.floordiv(153 * month_from_march + 2, 5) + day - 1
    day_of_era = (
        year_of_era * 365
        + tf.math.floordiv(year_of_era, 4)
        - tf.math.floordiv(year_of_era, 100)
        + day_of_year
    )
    return era * 146_097 + day_of_era - 719_468


def _month(days: tf.Tensor) -> tf.Tensor:
    """The month, from 1, of days since 1970; Hinnant's `civil_from_days`, the inverse."""
    days += 719_468
    day_of_era = tf.math.floormod(days, 146_097)
    year_of_era = tf.math.floordiv(
        day_of_era
        - tf.math.floordiv(day_of_era, 1460)
        + tf.math.floordiv(day_of_era, 36_524)
        - tf.math.floordiv(day_of_era, 146_096),
        365,
    )
    day_of_year = day_of_era - (
        365 * year_of_era + tf.math.floordiv(year_of_era, 4) - tf.math.floordiv(year_of_era, 100)
    )
    month_from_march = tf.math.floordiv(5 * day_of_year + 2, 153)
    return tf.math.floormod(month_from_march + 2, 12) + 1
