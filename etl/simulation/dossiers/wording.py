"""Simulated dossiers in the words of a province's export: headings, units by name, states, yes and no."""

from __future__ import annotations

import polars as pl

from etl.simulation.dossiers.ground import Ground
from ranking.dossiers.rows import (
    DONE,
    FLAGS,
    FULL,
    IN_PERSON,
    OPEN,
    PARTIAL,
    POST,
    RETURNED,
    STOPPED,
    WAITING,
    WITHDRAWN,
)

HEADINGS = {
    "code": "Mã hồ sơ",
    "intake": "Đơn vị tiếp nhận",
    "decision": "Đơn vị giải quyết",
    "field": "Lĩnh vực",
    "procedure": "Mã thủ tục",
    "channel": "Hình thức nộp",
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "done": "Ngày có kết quả",
    "returned": "Ngày trả kết quả",
    "stopped": "Ngày dừng xử lý",
    "state": "Trạng thái",
    "supplements": "Số lần bổ sung",
    "waited": "Số ngày chờ bổ sung",
    "fee_owed": "Phải nộp phí",
    "paid_online": "Thanh toán trực tuyến",
    "e_result": "Kết quả điện tử",
    "digitised": "Số hóa",
    "reused": "Tái sử dụng dữ liệu",
    "apologised": "Thư xin lỗi",
    "simulated": "Mô phỏng",
}
"""Our columns and what an export calls them; the last one says in every row that it is about nobody."""
CHANNELS = {FULL: "Trực tuyến toàn trình", PARTIAL: "Trực tuyến một phần", IN_PERSON: "Trực tiếp", POST: "Bưu chính"}
STATES = {
    OPEN: "Đang xử lý",
    WAITING: "Chờ bổ sung",
    DONE: "Đã xử lý",
    RETURNED: "Đã trả kết quả",
    WITHDRAWN: "Rút hồ sơ",
    STOPPED: "Dừng xử lý",
}
DATES = ("received", "due", "done", "returned", "stopped")
_ANSWERS = {True: "Có", False: "Không"}
SIMULATED = "mô phỏng"


def worded(rows: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Dossiers with the columns of `DOSSIER`, as positions in `ground`, in the words of an export; days stay days."""
    units, fields, codes = (
        pl.Series(texts) for texts in (ground.names, ground.procedures.fields, ground.procedures.names)
    )
    said = {
        "intake": pl.lit(units).gather(pl.col("intake")),
        "decision": pl.lit(units).gather(pl.col("decision")),
        "field": pl.lit(fields).gather(pl.col("field")),
        "procedure": pl.lit(codes).gather(pl.col("procedure")),
        "channel": pl.col("channel").replace_strict(CHANNELS, return_dtype=pl.String),
        "state": pl.col("state").replace_strict(STATES, return_dtype=pl.String),
        "simulated": pl.lit(SIMULATED),
        **{name: pl.col(name).replace_strict(_ANSWERS, default=None, return_dtype=pl.String) for name in FLAGS},
    }
    return rows.select(said.get(name, pl.col(name)).alias(heading) for name, heading in HEADINGS.items())


def as_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Worded rows with their days as an office in Vietnam writes them, 26/09/2026."""
    return rows.with_columns(pl.col(HEADINGS[name]).dt.strftime("%d/%m/%Y") for name in DATES)
