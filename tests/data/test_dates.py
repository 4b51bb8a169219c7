"""Dates of exports: the forms, the zone, and what is no date."""

import contextlib
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.dates import JAKARTA, read_date, read_time


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-05-29", "2023-05-29T00:00:00+07:00"),
        ("2023-05-29 14:05", "2023-05-29T14:05:00+07:00"),
        ("2023-05-29T14:05:06Z", "2023-05-29T14:05:06+00:00"),
        ("2023-05-29T14:05:06+09:00", "2023-05-29T14:05:06+09:00"),
        ("29 May 2023", "2023-05-29T00:00:00+07:00"),
        ("29 Mei 2023", "2023-05-29T00:00:00+07:00"),
        ("Senin, 29 Mei 2023", "2023-05-29T00:00:00+07:00"),
        ("29-Mei-2023", "2023-05-29T00:00:00+07:00"),
        ("21 Des 2015, 02:50:25 PM", "2015-12-21T14:50:25+07:00"),
        ("02 Jan 2016, 12:05:00 AM", "2016-01-02T00:05:00+07:00"),
        ("17 Agustus 2024 pukul 09.30 WITA", "2024-08-17T09:30:00+08:00"),
        ("7/1/2015 10:27:00", "2015-01-07T10:27:00+07:00"),
        ("23/1/2015 12:08:00", "2015-01-23T12:08:00+07:00"),
        ("1/23/2015", "2015-01-23T00:00:00+07:00"),
        ("01-02-2024", "2024-02-01T00:00:00+07:00"),
        ("2024/02/01", "2024-02-01T00:00:00+07:00"),
    ],
)
def test_reads_the_forms_in_use(written: str, expected: str) -> None:
    assert read_date(written).isoformat() == expected


@pytest.mark.parametrize(
    "written", ["", "kemarin", "31/2/2024", "32 Mei 2024", "5 Meiji 2024", "1/1/1024", "2024", "99"]
)
def test_refuses_what_is_no_date(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(written)


def test_takes_dates_of_spreadsheets_as_they_are() -> None:
    assert read_date(date(2024, 3, 1)) == datetime(2024, 3, 1, tzinfo=JAKARTA)
    assert read_date(datetime(2024, 3, 1, 8, tzinfo=UTC)).utcoffset() == timedelta(0)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_written_dates_are_read_back(moment: datetime) -> None:
    months = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
    whole = moment.replace(microsecond=0)
    expected = whole.replace(tzinfo=JAKARTA)
    assert read_date(f"{whole.day} {months[whole.month - 1]} {whole.year}, {whole:%H:%M:%S}") == expected
    assert read_date(f"{whole:%d/%m/%Y %H:%M:%S}") == expected
    assert read_date(whole.isoformat()) == expected


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert read_date(text).tzinfo is not None


@pytest.mark.parametrize(
    ("written", "expected"), [("14:50", time(14, 50)), ("2:05:09 PM", time(14, 5, 9)), ("09.15 WIB", time(9, 15))]
)
def test_reads_a_time_of_its_own(written: str, expected: time) -> None:
    assert read_time(written) == expected
