"""Commands that make reports: one, or all of a month-end."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from arkit.commands.options import DONE, name_and_value
from arkit.commands.progress import Progress
from arkit.errors import RunError
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.run.run_file import RunFile


def _report(options: argparse.Namespace) -> int:
    if len(options.entity) > 1 or options.entity == [ALL_ENTITIES]:
        return _run_month_end(_as_run_file(options), options)
    from arkit.run import report
    from arkit.run.pdf import browser, print_pdf

    chromium = browser() if options.pdf else None
    with Progress(quiet=options.quiet) as tell:
        made = report(
            ledger=options.ledger,
            layout=options.layout,
            as_of=options.as_of,
            entity=next(iter(options.entity), ALL_ENTITIES),
            policy=options.policy,
            output=options.output,
            notebook=options.notebook,
            parameters=dict(options.parameters),
            tell=tell,
        )
        if chromium:
            tell("printing the PDF")
            print_pdf(made.folder, chromium)
    news = "" if made.is_new else "; nothing has changed since this was published"
    print(f"{made.folder / 'report.html'}\n{made.status}, {made.seconds:.1f} s{news}")
    return DONE


def _month_end(options: argparse.Namespace) -> int:
    from arkit.run.run_file import RunFile

    return _run_month_end(RunFile.load(options.run), options)


def _as_run_file(options: argparse.Namespace) -> RunFile:
    from arkit.run.kinds import KINDS
    from arkit.run.run_file import RunFile, Source

    if options.parameters or (options.notebook and options.notebook not in KINDS):
        raise RunError(
            "A run over several entities makes bundled reports; another notebook, and -p, go with one entity."
        )
    source = Source(ledger=options.ledger, layout=options.layout or "")
    run = RunFile(
        sources=(source,),
        output=options.output,
        policy=options.policy or "",
        entities=tuple(options.entity),
        reports=(options.notebook or "monthly_report",),
        pdf=options.pdf,
    )
    return run.seen_from(Path.cwd())


def _run_month_end(run: RunFile, options: argparse.Namespace) -> int:
    from arkit.run.month import month_end

    with Progress(quiet=options.quiet) as tell:
        made = month_end(run, as_of=options.as_of, tell=tell)
    print(f"{made.index}\n{len(made.outcomes)} report(s), {made.seconds:.1f} s")
    if made.failed:
        raise RunError(
            f"{len(made.failed)} of {len(made.outcomes)} reports failed; the index names each with its reason."
        )
    return DONE


def add_report(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a report needs."""
    parser.description = "Make the report of a day in OUTPUT/AS_OF/ENTITY, whole or not at all."
    parser.add_argument("--ledger", required=True, help="a file, a folder, a frozen ledger, or a database's URL")
    parser.add_argument("--layout", help="the layout of the export (TOML); none for canonical columns")
    parser.add_argument("--as-of", required=True, metavar="DAY", help="the day, as YYYY-MM-DD")
    parser.add_argument(
        "--entity",
        nargs="+",
        default=[],
        help="one legal entity; several, or all for each and the group: a report of each and an index over them "
        "(default: one report of the whole ledger)",
    )
    parser.add_argument("--policy", help="the policy (TOML)")
    parser.add_argument("--output", required=True, metavar="DIR", help="the folder of all reports")
    parser.add_argument("--notebook", help="another notebook than the monthly report; customers for the bundled one")
    parser.add_argument(
        "-p",
        dest="parameters",
        metavar="NAME=VALUE",
        type=name_and_value,
        action="append",
        default=[],
        help="a further parameter of the notebook, kept as text; can be given several times",
    )
    parser.add_argument("--pdf", action="store_true", help="print the report as PDF too (needs Chromium)")
    parser.set_defaults(command=_report)


def add_month_end(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a month-end needs."""
    parser.description = (
        "Make the reports of a day that a run file states, each entity's and the group's, and an index."
    )
    parser.add_argument("run", metavar="RUN.toml", help="the run file")
    parser.add_argument("--as-of", metavar="DAY", help="the day, as YYYY-MM-DD, instead of the run file's")
    parser.set_defaults(command=_month_end)
