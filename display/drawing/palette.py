"""Colours of LOOK: one accent, quiet greys, ochre for warnings; light and dark. Those of bands and states are data."""

from __future__ import annotations

from dataclasses import dataclass

from store.bands import bands
from store.states import states


@dataclass(frozen=True)
class Palette:
    """Hex colours; `sequence` has seven steps from low to high."""

    dark: bool
    ink: str
    quiet: str
    line: str
    ground: str
    accent: str
    grey: str
    warning: str
    alarm: str
    sequence: tuple[str, ...]
    series: tuple[str, ...]

    def band(self, name: str) -> str:
        """The colour of a band's points and areas."""
        return bands()[name].colour.on(dark=self.dark)

    def silence(self, state: str) -> str:
        """The colour of a unit on the map that has no figure to be coloured by; never one of the scale."""
        return states()[state].shade(dark=self.dark)

    def mixed(self, colour: str, strength: float) -> str:
        """A colour laid over the ground with this strength."""
        parts = zip(rgb(colour), rgb(self.ground), strict=True)
        return "#" + "".join(f"{round(own * strength + below * (1 - strength)):02X}" for own, below in parts)


LIGHT = Palette(
    dark=False,
    ink="#1B2A3A",
    quiet="#5B6B7B",
    line="#DDE3E9",
    ground="#FFFFFF",
    accent="#0B6E75",
    grey="#9AA5B1",
    warning="#B7791F",
    alarm="#B23A2E",
    sequence=("#D9ECEB", "#B3D8D8", "#86BFC2", "#57A2A8", "#2C838A", "#0F666D", "#064A50"),
    series=("#B7791F", "#6B5CA5", "#B23A2E", "#3C7A3F"),
)
DARK = Palette(
    dark=True,
    ink="#E6ECF1",
    quiet="#A3B1BD",
    line="#33424F",
    ground="#10181F",
    accent="#3FB3B8",
    grey="#7C8894",
    warning="#E0A84A",
    alarm="#E5786C",
    sequence=("#123B40", "#145055", "#19686D", "#238388", "#43A0A4", "#79C0C2", "#B6E0E0"),
    series=("#E0A84A", "#A99BE0", "#E5786C", "#7FBF82"),
)


def palette(theme: str | None) -> Palette:
    """The palette for Streamlit's theme type, `light` where none is known."""
    return DARK if theme == "dark" else LIGHT


def rgb(colour: str) -> list[int]:
    """[r, g, b] of a hex colour."""
    return [int(colour[n : n + 2], 16) for n in (1, 3, 5)]
