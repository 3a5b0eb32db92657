"""Columns judged as columns: the order of dates, moments in Vietnam's time, ticks and words that nobody knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import polars as pl
import pytest
import xlsxwriter

from tests.etl.dossiers.exports import HEADERS, NAME, Bring, bring, row, text

__all__ = ["bring"]


def dates(*received: str, code: str = "HS-{}", due: str = "", done: str = "") -> str:
    """One dossier for each date of reception, with a code that tells no day."""
    rows = [row(n, received=day, due=due, done=done, code=code.format(f"{n:04d}")) for n, day in enumerate(received)]
    return text(*rows)


# The order of day and month


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (("07/03/2026", "08/05/2026", "17/08/2026"), {3: 1, 5: 1, 8: 1}),
        (("03.08.26", "17.08.26"), {8: 2}),
        (("2026-17-08", "2026-03-08"), {8: 2}),
        (("2026-08-17", "2026-08-03"), {8: 2}),
        (("26-08-17", "26-08-25", "26-08-30"), {8: 3}),
        (("20260817", "20260803"), {8: 2}),
        (("17 tháng 8 năm 2026", "3-thg 8-26"), {8: 2}),
        (("17-Aug-2026", "Aug 3, 2026"), {8: 2}),
    ],
)  # fmt: skip
def test_one_day_after_the_twelfth_tells_how_the_column_is_meant(bring: Bring, days, months):
    assert bring(dates(*days)).received() == months


@pytest.mark.parametrize(
    ("days", "months"),
    [
        (("07/03/2026", "08/05/2026", "08/17/2026"), {7: 1, 8: 2}),
        (("8/3/2026 2:30:00 PM", "8/25/2026 9:00:00 AM"), {8: 2}),
    ],
)
def test_the_month_before_the_day_is_read_only_if_the_editor_says_so(bring: Bring, days, months):
    taken = bring(dates(*days))
    assert taken.code == 1
    assert f"'received': row {len(days) + 1} shows that the column is written with the month" in taken.said
    assert bring(dates(*days), "--dates", "month-first", data="other").received() == months


def test_the_day_in_the_codes_tells_a_column_that_does_not_tell_itself(bring: Bring):
    rows = [row(n, received="08/03/2026", due="", done="") for n in range(3)]
    assert "the codes show" in bring(text(*rows)).said
    assert bring(text(*rows), "--dates", "month-first").received() == {8: 3}
    rows = [row(n, received="03/08/2026", due="", done="") for n in range(3)]
    assert bring(text(*rows), data="other").received() == {8: 3}


def test_another_column_tells_it(bring: Bring):
    assert bring(dates("03/08/2026", "04/08/2026", due="17/08/2026")).received() == {8: 2}
    american = dates("08/03/2026", "08/04/2026", due="08/17/2026")
    assert bring(american, data="other").code == 1
    assert bring(american, "--dates", "month-first", data="other").received() == {8: 2}


def test_what_cannot_be_tells_it(bring: Bring):
    """Read the other way, the dossiers would be received in October and November, after the export."""
    assert bring(dates("10/07/2026", "11/07/2026", "09/07/2026")).received() == {7: 3}
    assert bring(dates("07/10/2026", "07/11/2026"), data="other").code == 1
    assert bring(dates("07/10/2026", "07/11/2026"), "--dates", "month-first", data="other").received() == {7: 2}


def test_nothing_is_guessed_where_nothing_tells(bring: Bring):
    taken = bring(dates("03/08/2026", "04/08/2026"))
    assert taken.code == 1
    assert "'received': nothing tells" in taken.said and "--dates day-first" in taken.said
    assert bring(dates("03/08/2026", "04/08/2026"), "--dates", "day-first").received() == {8: 2}
    assert bring(dates("03/08/2026", "04/08/2026"), "--dates", "month-first", data="other").received() == {3: 1, 4: 1}


def test_a_column_that_contradicts_itself_is_refused_by_its_rows(bring: Bring):
    taken = bring(dates("17/08/2026", "08/17/2026", "03/08/2026"))
    assert taken.code == 1
    assert "rows 2 against rows 3" in taken.said


def test_a_single_stray_date_costs_its_row_alone(bring: Bring):
    days = [f"{n % 15 + 13}/08/2026" for n in range(400)] + ["08/17/2026"]
    taken = bring(dates(*days))
    assert taken.received() == {8: 400}
    assert taken.reasons() == {402: "this is no date"}


def test_dates_that_excel_turned_round_are_not_taken(bring: Bring, tmp_path):
    """Excel in another country reads 03/08 as 8 March and leaves 17/08 as text."""
    path = tmp_path / "turned.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "mm/dd/yyyy"})
        sheet.write_row(0, 0, HEADERS[:3])
        for at, received in enumerate((datetime(2026, 3, 8), datetime(2026, 4, 8), "17/08/2026", "25/08/2026"), 1):
            sheet.write_row(at, 0, [f"HS-{at:04d}", NAME])
            sheet.write_datetime(at, 2, received, day) if isinstance(received, datetime) else sheet.write(
                at, 2, received
            )
    taken = bring(path)
    assert taken.code == 1 and "Excel has taken days for months" in taken.said


# Moments


MOMENT = datetime(2026, 7, 31, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2026-07-31T18:00:00Z", "2026-07-31 18:00:00+00:00", "2026-07-31T18:00:00+0000", "2026-07-31 18:00:00 UTC",
     "2026-08-01T01:00:00+07:00", "2026-07-31T13:00:00-05:00", "1785520800", "1785520800000", "31/07/2026 18:00 GMT",
     "2026-08-01 01:00:00"],
)  # fmt: skip
def test_a_moment_is_a_day_in_vietnam(bring: Bring, written):
    assert bring(dates(written, "2026-08-20")).received() == {8: 2}


def test_a_column_or_a_heading_can_say_the_zone(bring: Bring):
    rows = [row(n, "UTC", received="2026-07-31 18:00:00", due="", done="", code=f"HS-{n:04d}") for n in range(2)]
    assert bring(text(*rows, more=("Múi giờ",))).received() == {8: 2}
    plain = dates("2026-07-31 18:00:00", "2026-08-20").replace("Ngày tiếp nhận", "Ngày tiếp nhận (UTC)")
    assert bring(plain, data="other").received() == {8: 2}


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
def test_parquet_gives_the_day_in_vietnam(bring: Bring, tmp_path, zone):
    from zoneinfo import ZoneInfo

    here = MOMENT.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    moment = here.replace(tzinfo=None) if zone is None else MOMENT.astimezone(ZoneInfo(zone))
    kind = pl.Datetime("us", zone)
    rows = pl.DataFrame({"code": ["HS-0001"], "intake unit": [NAME], "received": pl.Series([moment], dtype=kind)})
    rows.write_parquet(tmp_path / "e.parquet")
    assert bring(tmp_path / "e.parquet").received() == {8: 1}


def test_excel_and_csv_give_the_same_day(bring: Bring, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "e.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS[:3])
        sheet.write_row(1, 0, ["HS-0001", NAME])
        sheet.write_datetime(1, 2, datetime(2026, 8, 1, 1), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
        sheet.write_row(2, 0, ["HS-0002", NAME, "2026-07-31T18:00:00Z"])
    assert bring(tmp_path / "e.xlsx").received() == {8: 2}


def test_a_zone_that_is_not_known_is_refused(bring: Bring):
    taken = bring(text(row(1, "Sao Hỏa"), row(2, "+07:00"), more=("Múi giờ",)))
    assert taken.reasons() == {2: "this time zone is not known"}


# Yes and no


# Each is an import of two seconds; that a word is known shows the list of words too.
_MORE = [pytest.param(tick, marks=pytest.mark.slow) for tick in ("X", "☑", "1.0", "v")]


@pytest.mark.parametrize("tick", ["x", "✓", "1", "có", "TRUE", *_MORE])
def test_in_a_column_of_ticks_an_empty_cell_says_no(bring: Bring, tick):
    rows = [row(n, tick if n < 3 else "") for n in range(12)]
    taken = bring(text(*rows, more=("Số hóa",)))
    assert taken.figure("digitised_share") == (3, 12, "reported")
    assert "digitised: 9 empty cells say no" in taken.said


_PAIRS = [pytest.param(*pair, marks=pytest.mark.slow) for pair in (("TRUE", "FALSE"), ("1", "0"), ("☑", "☐"))]


@pytest.mark.parametrize(("yes", "no"), [("x", "0"), ("Có", "Không"), *_PAIRS])
def test_where_both_answers_stand_an_empty_cell_says_nothing(bring: Bring, yes, no):
    told = [yes] * 30 + [no] * 10
    rows = [row(n, answer) for n, answer in enumerate([*told, ""])]
    assert bring(text(*rows, more=("Số hóa",))).figure("digitised_share") == (30, 40, "reported")
    rows = [row(n, answer) for n, answer in enumerate([*told, *[""] * 5])]
    assert bring(text(*rows, more=("Số hóa",)), data="other").figure("digitised_share")[2] == "not_reported"


def test_payments_of_ticks_count_all_that_owe(bring: Bring):
    rows = [row(n, "x" if n < 10 else "", "x" if n < 5 else "") for n in range(15)]
    taken = bring(text(*rows, more=("Phải nộp phí", "Thanh toán trực tuyến")))
    assert taken.figure("online_payment_share") == (5, 10, "reported")


def test_payments_without_what_was_owed_are_not_reported(bring: Bring):
    rows = [row(n, "x" if n < 5 else "") for n in range(15)]
    assert bring(text(*rows, more=("Thanh toán trực tuyến",))).figure("online_payment_share")[2] == "not_reported"


def test_what_is_not_decided_has_no_electronic_result(bring: Bring):
    rows = [row(n, "Có" if n % 2 else "Không") for n in range(10)]
    rows += [row(n, "", done="", state="Đang xử lý") for n in range(10, 15)]
    assert bring(text(*rows, more=("Kết quả điện tử",))).figure("e_result_share") == (5, 15, "reported")


# Words


def channels(*words: str) -> str:
    return text(*(row(n, word) for n, word in enumerate(words)), more=("Kênh tiếp nhận",))


def test_unknown_words_are_named_and_the_share_is_not_told_of_the_rest(bring: Bring):
    taken = bring(channels(*["Trực tuyến"] * 4, *["Nộp qua kiosk"] * 4, *["Trực tiếp tại quầy số"] * 2))
    assert "channel: 6 rows with words that are not known: 'Nộp qua kiosk' × 4" in taken.said
    assert "2 rows with words that are not shown (rows 10, 11)" in taken.said
    assert "Add them to channel under values in headers.yaml" in taken.said
    assert "tại quầy số" not in taken.said
    for measure in ("online_filing_share", "in_person_share", "post_share"):
        assert taken.figure(measure)[2] == "not_reported"


def test_a_small_part_of_unknown_words_is_named_and_the_share_told(bring: Bring):
    taken = bring(channels(*["Trực tuyến"] * 30, *["Trực tiếp"] * 10, "Khác"))
    assert "channel: 1 rows" in taken.said
    assert taken.figure("online_filing_share") == (30, 40, "reported")


def test_a_unit_is_judged_by_its_own_rows(bring: Bring):
    """One dossier in twenty of the file, but all of one unit."""
    rows = [row(n, "Trực tuyến", unit="Xã Đà Bắc") for n in range(400)] + [row(n, "Qua kiosk") for n in range(400, 410)]
    taken = bring(text(*rows, more=("Kênh tiếp nhận",)))
    assert taken.figure("online_filing_share")[2] == "not_reported"
    assert taken.figure("online_filing_share", unit="04831") == (400, 400, "reported")


def test_an_unknown_state_without_an_end_is_not_open(bring: Bring):
    taken = bring(text(row(1, done="", state="Đã chuyển liên thông"), row(2, done="", state="Đang xử lý"), 
                       row(3, done=""),
                       row(4, state="Đã chuyển liên thông")))  # fmt: skip
    assert taken.reasons() == {2: "the word for its state is not known, and no day of an end is given"}
    assert taken.received() == {8: 3}
    assert taken.table("quarantine")["value"].to_list() == [None]


def test_what_a_province_adds_is_read_over_the_shipped_lists(bring: Bring, tmp_path):
    local = tmp_path / "data" / "local" / "dossiers"
    local.mkdir(parents=True)
    (local / "headers.yaml").write_text("columns:\n  channel: [Lối vào]\nvalues:\n  channel: {online: [Qua kiosk]}\n")
    (local / "fields.yaml").write_text("Nghề cá: [Đánh bắt cá]\n")
    rows = [row(n, "Qua kiosk", "đánh bắt cá") for n in range(10)]
    taken = bring(text(*rows, more=("Lối vào", "Lĩnh vực")))
    assert taken.figure("online_filing_share") == (10, 10, "reported")
    assert "Nghề cá" in taken.table()["field"].unique()


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_errors_of_excel_are_named_as_such(bring: Bring, error):
    rows = [row(1, done=error), row(2, "Hộ tịch", unit=error), *(row(n, error) for n in range(3, 5))]
    taken = bring(text(*rows, more=("Kênh tiếp nhận",)))
    assert taken.reasons()[2] == "an error of Excel stands here"
    assert 3 in taken.reasons() and taken.received() == {8: 2}
    assert "channel: 2 rows hold an error of Excel (rows 4, 5)" in taken.said


def test_the_last_minute_of_a_day_belongs_to_it(bring: Bring):
    assert time(23, 59) < time.max
    taken = bring(text(row(1, done="10/08/2026 24:00"), row(2, done="2026-08-10T16:59:59Z")))
    assert taken.figure("on_time_share_form") == (2, 2, "reported")
    assert taken.figure("on_time_share_form")[0] == 2 and date(2026, 8, 10) < date(2026, 8, 11)
