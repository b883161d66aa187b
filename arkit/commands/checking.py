"""The command that reads an export and tells what became of it."""

from __future__ import annotations

import argparse

from arkit.commands.options import DONE, FAILED, name_and_value


def _check(options: argparse.Namespace) -> int:
    from arkit.run import check

    checked = check(
        options.file,
        layout=options.layout,
        as_of=options.as_of,
        policy=options.policy,
        findings=options.findings,
        save_layout=options.save_layout,
        hints=dict(options.hints),
    )
    print(*checked.lines, sep="\n")
    return DONE if checked.can_report else FAILED


def add_check(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a check needs."""
    parser.description = (
        "Read an export and tell how it was read, what it adds up to and what was found. "
        "The exit code is 0 if a report can be run, 1 if not."
    )
    parser.add_argument("file", nargs="+", metavar="FILE", help="a file, several, a folder, or a database's URL")
    parser.add_argument("--layout", help="the layout of the export (TOML)")
    parser.add_argument("--as-of", metavar="DAY", help="the day, as YYYY-MM-DD (default: the last that is covered)")
    parser.add_argument("--policy", help="the policy (TOML)")
    parser.add_argument(
        "--findings", metavar="XLSX", help="the workbook of findings (default: findings_FILE.xlsx here)"
    )
    parser.add_argument("--save-layout", metavar="TOML", help="write the layout by which the export was read")
    parser.add_argument(
        "--hint",
        dest="hints",
        metavar="NAME=VALUE",
        type=name_and_value,
        action="append",
        default=[],
        help="what the export does not tell, as currency=EUR; can be given several times",
    )
    parser.set_defaults(command=_check)
