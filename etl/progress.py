"""How far a command has come: a bar on a terminal, a plain line per step elsewhere, both on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from shutil import get_terminal_size
from types import TracebackType

from tqdm import tqdm

Step = Callable[[str], None]


def untold(doing: str) -> None:
    """A step of which nobody is told, such as those of the app's own process."""


class Progress:
    """Tells what is worked at from now on: `with Progress("simulate", 43) as step: step("ranking received")`."""

    def __init__(self, command: str, steps: int) -> None:
        self._command, self._steps, self._begun = command, steps, 0

    def __enter__(self) -> Progress:
        size = get_terminal_size()  # usual ones where a terminal does not know its own: tqdm would draw nothing there
        self._bar = tqdm(
            total=self._steps,
            desc=self._command,
            unit="step",
            ncols=size.columns - 1,
            nrows=size.lines,
            leave=False,
            file=sys.stderr,
            disable=None,
        )
        return self

    def __call__(self, doing: str) -> None:
        if self._bar.disable:
            print(f"{self._command}: {doing} ({self._begun + 1} of {self._steps})", file=sys.stderr, flush=True)
        else:
            self._bar.update(min(self._begun, 1))  # the step before is done
            self._bar.set_postfix_str(doing)
        self._begun += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.close()
