"""The portal's points for online payment (group TTTT), recomputed exactly as it rounds them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_WEIGHTS = (6.0, 2.5, 2.5)
_MOST_OF_MIDDLE = Decimal(2)


def payment_points(paid: int, owing: int, distinct: int, procedures: int, of_procedures: int) -> float:
    """6A + min(2; 2.5B) + 2.5C, of 10 points.

    A: dossiers `paid` online over those `owing` a fee; B: `distinct` and C: `procedures` over `of_procedures`, the
    procedures with a fee. A share of nothing is 0. Each share is rounded to two decimals of a per cent, each part
    to two decimals of a point, and only then they are added. Halves go up, but of the number that a computer holds:
    93.25 · 6 / 100 is 5.595 on paper, a little less in binary, and the portal gives 5.59 for it.
    Source: the four recorded replies of Phú Thọ 2026, 164 rows each, all equal; with decimal arithmetic 5 are not.
    """
    counts = ((paid, owing), (distinct, of_procedures), (procedures, of_procedures))
    first, middle, last = (_part(n, d, weight) for (n, d), weight in zip(counts, _WEIGHTS, strict=True))
    return float(first + min(_MOST_OF_MIDDLE, middle) + last)


def _part(n: int, d: int, weight: float) -> Decimal:
    per_cent = float(_rounded(Decimal(100 * n) / d)) if d else 0.0
    return _rounded(Decimal(per_cent * weight / 100))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
