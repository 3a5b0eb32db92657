"""The part of the style sheets that follows from the tables of bands and states: no sheet names a colour of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from display.drawing import likely_places
from store.bands import bands
from store.states import states


def of_pages(*, dark: bool) -> str:
    """The words of bands, the months of the calendar by their states, the picture of likely ranks on paper.

    Classes as `class_of` gives them.
    """
    rules = [f".gd-{name} {{ color: var(--gd-{name}); }}" for name in bands()]
    return "\n".join([inks(dark=dark), *rules, *_months(), likely_places.on_paper()])


def inks(*, dark: bool) -> str:
    """The colours of the words of bands on a ground."""
    return _root({f"--gd-{name}": band.ink.on(dark=dark) for name, band in bands().items()})


def of_site() -> str:
    """Areas of maps and words by their bands, on a light and on a dark ground."""
    return "\n".join(
        [
            _root(_site_colours(dark=False)),
            f"@media (prefers-color-scheme: dark) {{ {_root(_site_colours(dark=True))} }}",
            *(
                f".band.{name} {{ color: var(--{name}-words); }}\n"
                f".map path.{name}, .legend .{name} {{ fill: var(--{name}-fill); background: var(--{name}-fill); }}"
                for name in bands()
            ),
            *(
                f".map path.{style}, .legend .{style} {{ fill: var(--{style}-fill); background: var(--{style}-fill); }}"
                for style in map(class_of, states())
            ),
        ]
    )


def class_of(state: str) -> str:
    """The class of what is drawn in a state: `gd-not-reported`."""
    return f"gd-{state.replace('_', '-')}"


def _site_colours(*, dark: bool) -> dict[str, str]:
    fills = {f"--{name}-fill": band.site_fill.on(dark=dark) for name, band in bands().items()}
    fills |= {f"--{class_of(name)}-fill": state.shade(dark=dark) for name, state in states().items()}
    return fills | {f"--{name}-words": band.site_ink.on(dark=dark) for name, band in bands().items()}


def _root(properties: Mapping[str, str]) -> str:
    return f":root {{ {' '.join(f'{name}: {value};' for name, value in properties.items())} }}"


def _months() -> Iterable[str]:
    for name in states().in_rows:
        state, month = states()[name], f".gd-in-month.{class_of(name)}"
        yield f"{month} {{ border-style: {state.border}; }}"
        yield f"{month} b {{ color: var(--gd-{state.sign_colour}); }}"
