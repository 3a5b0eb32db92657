"""A part of a picture that is filled from the top down."""

from __future__ import annotations

from press import letters

_LEADING = 1.36


class Block:
    """Markup and how high it has become; `edge` is where its lines begin, `inner` how wide they may be."""

    def __init__(self, edge: float, inner: float) -> None:
        self.edge, self.inner = edge, inner
        self.height = 0.0
        self.parts: list[str] = []

    def add(self, markup: str, height: float) -> None:
        """Something that takes so much height."""
        self.parts.append(markup)
        self.height += height

    def space(self, height: float) -> None:
        self.height += height

    def write(self, said: str, size: float, colour: str, weight: int = 400) -> None:
        """A text in as many lines as it takes."""
        for line in letters.broken(said, size, self.inner, weight):
            foot = round(self.height + size, 1)
            self.add(letters.words(self.edge, foot, line, size, colour, weight), round(size * _LEADING, 1))

    def at(self, y: float) -> str:
        """The markup, moved down to `y`."""
        return f'<g transform="translate(0 {y:.1f})">{"".join(self.parts)}</g>' if self.parts else ""
