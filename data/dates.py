"""Read the dates that Indonesian complaint exports carry."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

JAKARTA = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta, which has kept UTC+7 since 1964: a fixed offset needs no time zone database."""

_ZONES = {"wib": JAKARTA, "wita": timezone(timedelta(hours=8), "WITA"), "wit": timezone(timedelta(hours=9), "WIT")}

# Indonesian and English names and the abbreviations in use, by their first letters.
_MONTHS = {
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7,
    "agu": 8, "ags": 8, "agt": 8, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12,
}  # fmt: skip
_MONTH_NAMES = {
    *("januari", "january", "februari", "pebruari", "february", "maret", "march", "april", "juni", "june", "juli"),
    *("july", "agustus", "august", "september", "sept", "oktober", "october", "november", "nopember", "desember"),
    "december",
}

_DAY = r"(?:(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad|mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_CLOCK = (
    r"(?:[\s,T-]+(?:pukul\s+|jam\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>wib|wita|wit)?)?"
)
_NAMED = re.compile(rf"{_DAY}(?P<day>\d{{1,2}})[\s-]+(?P<month>[a-z]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}){_CLOCK}", re.I)
_NUMBERED = re.compile(rf"{_DAY}(?P<day>\d{{1,2}})[/.-](?P<month>\d{{1,2}})[/.-](?P<year>\d{{4}}){_CLOCK}", re.I)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[/.](?P<month>\d{{1,2}})[/.](?P<day>\d{{1,2}}){_CLOCK}", re.I)
_TIME = re.compile(r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.I)


def _month(name: str) -> int:
    lowered = name.casefold()
    number = _MONTHS.get(lowered[:3])
    if number is None or (len(lowered) > 3 and lowered not in _MONTH_NAMES):
        raise ValueError("unknown month")
    return number


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    half = (match["half"] or "").casefold().replace(".", "")
    if not half:
        return hour
    if hour > 12:
        # Some exports write "14:50:25 PM": the 24-hour reading is the only one there is.
        return hour
    return hour % 12 + (12 if half == "pm" else 0)


def _build(match: re.Match[str]) -> datetime:
    month_text = match["month"]
    month = int(month_text) if month_text.isdigit() else _month(month_text)
    day = int(match["day"])
    if month > 12 >= day:
        # Day comes first here, but "1/23/2015" has only one reading.
        day, month = month, day
    hour = _hour(match) if match["hour"] else 0
    zone = _ZONES.get((match["zone"] or "").casefold(), JAKARTA)
    second = int(match["second"] or 0)
    return datetime(int(match["year"]), month, day, hour, int(match["minute"] or 0), second, tzinfo=zone)


def to_moment(moment: datetime) -> datetime:
    """Take a date for Asia/Jakarta's if it has no zone.

    :raises ValueError: if it is not between 1990 and 2100: a slip, or a program's way to say that there is none.

    >>> to_moment(datetime(2024, 5, 29)).isoformat()
    '2024-05-29T00:00:00+07:00'
    """
    if not 1990 <= moment.year <= 2100:
        raise ValueError("a date must be between 1990 and 2100")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=JAKARTA)


def read_date(value: object) -> datetime:
    """Read one date, with its time where it has one; without a zone it is Asia/Jakarta.

    :param value: a date, a datetime or a text: ISO 8601, ``29 Mei 2023``, ``21 Des 2015, 02:50:25 PM``,
        ``7/1/2015 10:27:00`` (the day first).
    :raises ValueError: if it is no date or not between 1990 and 2100.

    >>> read_date("29 Mei 2023").isoformat()
    '2023-05-29T00:00:00+07:00'
    >>> read_date("7/1/2015 10:27:00").isoformat()
    '2015-01-07T10:27:00+07:00'
    """
    if isinstance(value, datetime):
        return to_moment(value)
    if isinstance(value, date):
        return to_moment(datetime(value.year, value.month, value.day))
    text = " ".join(str(value).split())
    for pattern in (_NAMED, _NUMBERED, _YEAR_FIRST):
        match = pattern.fullmatch(text)
        if match is not None:
            return to_moment(_build(match))
    return to_moment(datetime.fromisoformat(text))


def read_time(value: object) -> time:
    """Read a time of day that stands in a column of its own.

    :param value: a time, a datetime or a text such as ``14:50``, ``02:50:25 PM``, ``14.50``.
    :raises ValueError: if it is no time.

    >>> read_time("02:50:25 PM")
    datetime.time(14, 50, 25)
    """
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    text = " ".join(str(value).split())
    parts = text.rsplit(" ", 1)
    if len(parts) == 2 and parts[1].casefold() in _ZONES:
        text = parts[0]
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("no time")
    return time(_hour(match), int(match["minute"]), int(match["second"] or 0))
