"""`python -m etl pull`: one period with `--year`, or all of them since a month with `--since`."""

from __future__ import annotations

import argparse

from etl.portal import history, options, pull
from files.faults import Fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_arguments(parser)
    history.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """As `pull.run` or `history.run`; Fault for options that belong to the other."""
    if (args.year is None) == (args.since is None):
        raise Fault("give either --year, for one period, or --since, for all of them since a month")
    if args.since is None:
        if args.budget is not None or args.until or args.provinces_only:
            raise Fault("--budget, --until and --provinces-only go with --since")
        return pull.run(args)
    if args.month is not None or args.quarter is not None:
        raise Fault("--month and --quarter go with --year, not with --since")
    if args.procedure:
        raise Fault("--procedure goes with --year, not with --since")
    if args.provinces_only and args.province:
        raise Fault("--provinces-only asks for all provinces at once; leave out --province")
    return history.run(args)
