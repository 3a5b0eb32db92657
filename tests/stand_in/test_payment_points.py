"""The points for online payment are the portal's to the last cent, in every recorded row."""

from __future__ import annotations

import json

import pytest

from tests.stand_in.payment_points import payment_points
from tests.stand_in.recorded import further_folder, recorded_folder

PAYMENT = "formality-online-payment-tree.*.json"
FOLDERS = [folder for folder in (recorded_folder(), further_folder()) if folder]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob(PAYMENT))
FIELDS = (
    *("totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation"),
    *("totalDossierOnlineFormalityPaymentSuccess", "totalFeeDossierFormality", "totalFeeFormality"),
)


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ((1437, 1541, 18, 8, 40), 7.22),  # 93.25 % of 6 is 5.595 on paper, 5.59 to the portal
        ((1, 2, 20, 10, 40), 4.88),  # 3 + 1.25 + 0.625, where 0.625 is 0.63
        ((1, 1, 40, 40, 40), 10.5),  # the middle part is cut at 2
        ((0, 0, 0, 0, 0), 0.0),
    ],
)
def test_points_of_one_unit(counts, points):
    assert payment_points(*counts) == points


@pytest.mark.skipif(not FILES, reason="the recorded replies are not at hand")
def test_every_recorded_unit_has_the_points_that_the_portal_gives():
    replies = [json.loads(path.read_bytes())["data"] for path in FILES]
    units = [row for reply in replies for row in (reply["parent"], *reply["children"])]
    assert [row for row in units if payment_points(*(row[name] for name in FIELDS)) != row["totalScore"]] == []
    assert len(units) == 4 * 164
