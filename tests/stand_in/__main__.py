"""`python -m tests.stand_in --port 8899`: a portal to try things against, without the network."""

from __future__ import annotations

import argparse
import threading
from contextlib import suppress
from pathlib import Path

from store.reference import reference_table
from tests.stand_in.recorded import Recorded, recorded_folder
from tests.stand_in.server import StandIn
from tests.stand_in.troubles import Trouble
from tests.stand_in.world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--recorded", type=Path, metavar="PATH", help="folder of recorded replies")
    parser.add_argument("--made-up", action="store_true", help="use no recorded replies")
    parser.add_argument("--trouble", nargs="*", default=[], metavar="KIND[:REQUEST]", help="such as firewall:12")
    args = parser.parse_args()
    folder = None if args.made_up else args.recorded or recorded_folder()
    world = World(reference_table("units"), reference_table("provinces"), Recorded(folder) if folder else None)
    with StandIn(world, troubles=[_trouble(text) for text in args.trouble], port=args.port) as stand_in:
        print(f"{stand_in.base_url} ({'recorded where there is a record' if folder else 'made up'})", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _trouble(text: str) -> Trouble:
    kind, _, number = text.partition(":")
    return Trouble(kind, request=int(number) if number else None)


main()
