"""Tables whose cells hold links and small pictures: a change, or a step from one value to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ui.frame import html


@dataclass(frozen=True)
class Scale:
    """The values at the left and right end of the pictures of one table."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Per cent of the way from the left end, within the picture."""
        reach = self.high - self.low
        return 100 * min(max((value - self.low) / reach, 0), 1) if reach else 50.0


def show(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str, styles: Sequence[str]) -> None:
    """A table of markup: the first column names the row; `styles` holds the classes of each column."""
    html.show(markup(headers, rows, title, styles))


def markup(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str, styles: Sequence[str]) -> str:
    head = "".join(f'<th scope="col" class="{s}">{escape(text)}</th>' for s, text in zip(styles, headers, strict=True))
    body = "".join(f"<tr>{_cells(styles, row)}</tr>" for row in rows)
    return (
        f'<div class="gd-scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        f'<table class="gd-table gd-time"><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(styles: Sequence[str], row: Sequence[str]) -> str:
    rest = "".join(f'<td class="{s}">{cell}</td>' for s, cell in zip(styles[1:], row[1:], strict=True))
    return f'<th scope="row">{row[0]}</th>{rest}'


def change(scale: Scale, value: float, low: float | None, high: float | None) -> str:
    """A dot with its interval and the line of no change. Markup; the figures stand in words beside it."""
    ribbon = "" if low is None or high is None else _stretch(scale, low, high)
    zero = f'<u style="left:{scale.place(0):.1f}%"></u>'
    return _picture(zero + ribbon + f'<i style="left:{scale.place(value):.1f}%"></i>')


def step(scale: Scale, before: float | None, after: float | None) -> str:
    """A hollow dot for the earlier value, a full one for the later, a bar between them. Markup."""
    bar = "" if before is None or after is None else _stretch(scale, min(before, after), max(before, after))
    hollow = "" if before is None else f'<b style="left:{scale.place(before):.1f}%"></b>'
    full = "" if after is None else f'<i style="left:{scale.place(after):.1f}%"></i>'
    return _picture(bar + hollow + full)


def _stretch(scale: Scale, low: float, high: float) -> str:
    left, right = scale.place(low), scale.place(high)
    return f'<s style="left:{left:.1f}%;width:{right - left:.1f}%"></s>'


def _picture(marks: str) -> str:
    return f'<span class="gd-swing" aria-hidden="true">{marks}</span>'


def on_phone(text: str) -> str:
    """A line under a name that stands in for the columns a phone has no room for. Markup."""
    return f'<span class="gd-only-phone gd-sub">{escape(text)}</span>'
