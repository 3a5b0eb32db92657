"""The command line: `python -m etl <command>`."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for each other, at twice the processor time

from files import environment
from files.faults import Fault

COMMANDS = {
    "pull": ("etl.portal.command", "pull figures of 2026 and later from the national portal"),
    "pull-2025": ("etl.portal.pull_2025", "pull the index of 2025 from the portal's former gateway"),
    "replay": ("etl.portal.replay", "publish again from archived replies, without any request"),
    "recorded": ("etl.portal.recorded", "publish replies that were saved by hand"),
    "import-form": ("etl.forms.command", "read workbooks of form II.06/VPCP/KSTT"),
    "form-template": ("press.form_template", "write form II.06 as a workbook to fill in"),
    "dossier-template": ("press.dossier_template", "write the headings of an export of dossiers"),
    "dossiers": ("etl.dossiers.command", "read exports of dossiers, one row per dossier"),
    "simulate": ("etl.simulation.command", "build the simulated dataset"),
    "reference": ("etl.reference", "build units, lineage and provinces"),
    "centres": ("etl.centres", "take a province's list of counters: address, hours, telephone"),
    "corrections": ("etl.publishing.corrections", "publish again with the editors' corrections that are in force"),
    "release": ("etl.publishing.release", "let the public read what waits, or an earlier snapshot again"),
    "withhold": (
        "etl.publishing.again",
        "make again what the public may see: by another policy, without what may name a person",
    ),
    "boundaries": ("etl.boundaries.command", "prepare the communes' boundaries for the map"),
    "site": ("press.site.command", "write the public's static site"),
    "brief": ("press.brief.command", "print the one-page brief of a commune"),
    "wall": ("press.wall_sheet", "write sheets with a QR code for the counters of a province"),
    "bulletin": ("press.bulletin.command", "write a province's bulletin: PDF, Word, slides, picture"),
    "forecast": ("etl.forecast", "keep what is expected of the month that is not closed, to score it later"),
    "post": ("press.post.command", "send what is new to those who asked for it"),
    "backup": ("etl.keeping.backup", "keep what cannot be made again"),
    "restore": ("etl.keeping.restore", "put a backup in the place of a data folder"),
    "drill": ("etl.keeping.drill", "restore the last backup aside and compare it"),
    "prune": ("etl.keeping.prune", "remove what is over its time by data/retention.yaml"),
    "status": ("etl.publishing.status", "say what is published"),
}


def main(words: list[str] | None = None) -> int:
    """Run one command; its exit code, or 1 with one clear line where a Fault says what is wrong."""
    words = sys.argv[1:] if words is None else words
    parser = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        if name in words[:1]:
            import_module(module).add_arguments(command)
    args = parser.parse_args(words)
    for sentence in environment.unknown():
        print(f"warning: {sentence}", file=sys.stderr)
    try:
        return import_module(COMMANDS[args.command][0]).run(args)
    except Fault as fault:
        print(f"{args.command}: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{args.command}: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read what is printed has gone, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
