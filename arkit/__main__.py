"""The command line: a report, a month-end, a check of an export, a made-up ledger, the version."""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit import __version__
from arkit.errors import ArkitError, RunError
from arkit.terms import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.run.run_file import RunFile

DONE, FAILED, INTERRUPTED = 0, 1, 130
DESCRIPTION: Final = "Accounts receivable: from a dated ledger to a reconciled monthly report."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed with one sentence on stderr, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except KeyboardInterrupt:
        return _failed("Interrupted; nothing was published.", options, code=INTERRUPTED)
    except ArkitError as error:
        return _failed(str(error), options)
    except Exception as error:  # a person gets a sentence; --traceback shows the rest
        text = " ".join(str(error).split()) or "no reason given"
        return _failed(f"Unexpected {type(error).__name__}: {text} (--traceback shows where).", options)


def _failed(sentence: str, options: argparse.Namespace, *, code: int = FAILED) -> int:
    if options.traceback:
        traceback.print_exc()
    print(f"arkit: {sentence}", file=sys.stderr)
    return code


def _stop(number: int, _: object) -> None:
    """End like any failure when a scheduler asks to: what was begun is cleaned away."""
    sys.exit(128 + number)


def _report(options: argparse.Namespace) -> int:
    if len(options.entity) > 1 or options.entity == [ALL_ENTITIES]:
        return _run_month_end(_as_run_file(options), options)
    from arkit.run import report
    from arkit.run.pdf import browser, print_pdf

    chromium = browser() if options.pdf else None
    with _Progress(quiet=options.quiet) as tell:
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
    from arkit.run.run_file import RunFile, Source

    if options.notebook or options.parameters:
        raise RunError("A run over several entities makes the monthly report; --notebook and -p go with one entity.")
    source = Source(ledger=options.ledger, layout=options.layout or "")
    run = RunFile(
        sources=(source,),
        output=options.output,
        policy=options.policy or "",
        entities=tuple(options.entity),
        pdf=options.pdf,
    )
    return run.seen_from(Path.cwd())


def _run_month_end(run: RunFile, options: argparse.Namespace) -> int:
    from arkit.run.month import month_end

    with _Progress(quiet=options.quiet) as tell:
        made = month_end(run, as_of=options.as_of, tell=tell)
    print(f"{made.index}\n{len(made.outcomes)} report(s), {made.seconds:.1f} s")
    if made.failed:
        raise RunError(
            f"{len(made.failed)} of {len(made.outcomes)} reports failed; the index names each with its reason."
        )
    return DONE


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


def _sample(options: argparse.Namespace) -> int:
    from arkit.ledger.sample import generate, write

    with _Progress(quiet=options.quiet) as tell:
        tell(f"making up about {options.items:,} items")
        chosen = {name: getattr(options, name) for name in ("seed", "entities") if getattr(options, name) is not None}
        sample = generate(items=options.items, **chosen)
        tell("writing the files")
        folder = write(sample, options.folder, format=options.format)
    print(folder)
    return DONE


class _Progress:
    """Lines on stderr that tell how far a command is: one line rewritten on a screen, else a line each."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.screen = sys.stderr.isatty()
        self.started = time.monotonic()

    def __enter__(self) -> Callable[[str], None]:
        return self.tell

    def __exit__(self, *_: object) -> None:
        if self.screen and not self.quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def tell(self, text: str) -> None:
        """Say what is done now."""
        if self.quiet:
            return
        line = f"{time.monotonic() - self.started:6.1f} s  {text}"[:100]
        start, end = ("\r\033[K", "") if self.screen else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--quiet", action="store_true", help="no progress on stderr")
    common.add_argument("--traceback", action="store_true", help="where an error came from, for whoever mends it")
    parser = argparse.ArgumentParser(prog="arkit", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"arkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_report(commands.add_parser("report", parents=[common], help="make the report of a day"))
    _add_month_end(commands.add_parser("month-end", parents=[common], help="make all reports of a day"))
    _add_check(
        commands.add_parser("check", parents=[common], help="read an export and say whether a report can be run")
    )
    _add_sample(commands.add_parser("sample", parents=[common], help="write a made-up ledger"))
    return parser


def _add_report(parser: argparse.ArgumentParser) -> None:
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
        type=_parameter,
        action="append",
        default=[],
        help="a further parameter of the notebook, kept as text; can be given several times",
    )
    parser.add_argument("--pdf", action="store_true", help="print the report as PDF too (needs Chromium)")
    parser.set_defaults(command=_report)


def _add_check(parser: argparse.ArgumentParser) -> None:
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
        type=_parameter,
        action="append",
        default=[],
        help="what the export does not tell, as currency=EUR; can be given several times",
    )
    parser.set_defaults(command=_check)


def _add_month_end(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Make the reports of a day that a run file states, each entity's and the group's, and an index."
    )
    parser.add_argument("run", metavar="RUN.toml", help="the run file")
    parser.add_argument("--as-of", metavar="DAY", help="the day, as YYYY-MM-DD, instead of the run file's")
    parser.set_defaults(command=_month_end)


def _add_sample(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write a believable made-up ledger: entities, customers, three years of items and payments."
    parser.add_argument("folder", metavar="DIR", help="the folder to write")
    parser.add_argument("--items", type=int, default=5000, help="about how many items (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="what everything drawn by chance follows from")
    parser.add_argument("--entities", type=int, help="the number of legal entities")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="default: %(default)s")
    parser.set_defaults(command=_sample)


def _parameter(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
