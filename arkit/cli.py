"""Options that several commands have.

How far a command is, told on stderr.

Commands that make reports: one, or all of a month-end.

The command that reads an export and tells what became of it.

The command that serves the dashboards.

The command that writes a made-up ledger.

The commands of a learner and of a teacher: open a lesson, make the copy with the solutions, make the class sheet.

The command line: what every command shares, and the list of them.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from arkit import __version__
from arkit.errors import ArkitError, LessonError, RunError
from arkit.words.columns import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.run.sources import RunFile

DONE: Final = 0
FAILED: Final = 1


def name_and_value(text: str) -> tuple[str, str]:
    """Return the two parts of NAME=VALUE."""
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


class Progress:
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


def _report(options: argparse.Namespace) -> int:
    if len(options.entity) > 1 or options.entity == [ALL_ENTITIES]:
        return _run_month_end(_as_run_file(options), options)
    from arkit.run import report
    from arkit.run.html import browser, print_pdf

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
    from arkit.run.sources import RunFile

    return _run_month_end(RunFile.load(options.run), options)


def _as_run_file(options: argparse.Namespace) -> RunFile:
    from arkit.run.request import KINDS
    from arkit.run.sources import RunFile, Source

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


def _serve(options: argparse.Namespace) -> int:
    from arkit.serve import Serving, serve

    asked = {name: value for name, value in vars(options).items() if name in Serving.__dataclass_fields__}
    # A command line would show them to everybody on the machine.
    serve(Serving(**asked, token=os.environ.get("ARKIT_TOKEN", ""), password=os.environ.get("ARKIT_PASSWORD", "")))
    return DONE


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what the dashboards need."""
    parser.description = (
        "Serve the dashboards, read-only, until stopped. Everybody who can open them sees all that is served. "
        "ARKIT_TOKEN or ARKIT_PASSWORD in the environment guards them."
    )
    parser.add_argument("--ledger", help="a file, a folder of files, or a frozen ledger (default: the sample)")
    parser.add_argument("--layout", help="the layout of the export (TOML)")
    parser.add_argument("--policy", help="the policy (TOML)")
    parser.add_argument("--reports", metavar="DIR", help="the folder of finished reports")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (default: this machine alone)")
    parser.add_argument("--port", type=int, default=8866, help="default: %(default)s")
    parser.add_argument("--base-url", default="/", metavar="PATH", help="the path under which a proxy shows it")
    parser.add_argument("--host", dest="hosts", action="append", default=[], help="a name by which a proxy calls it")
    parser.add_argument("--user-header", default="", metavar="NAME", help="where a proxy names its user, for the log")
    parser.add_argument("--visitors", type=int, default=20, help="pages open at once (default: %(default)s)")
    parser.add_argument("--idle-minutes", type=float, default=30, help="when a page ends (default: %(default)s)")
    parser.set_defaults(command=_serve)


def _sample(options: argparse.Namespace) -> int:
    from arkit.sample import generate, write

    with Progress(quiet=options.quiet) as tell:
        tell(f"making up about {options.items:,} items")
        chosen = {name: getattr(options, name) for name in ("seed", "entities") if getattr(options, name) is not None}
        sample = generate(items=options.items, **chosen)
        tell("writing the files")
        folder = write(sample, options.folder, format=options.format)
    print(folder)
    return DONE


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a made-up ledger needs."""
    parser.description = "Write a believable made-up ledger: entities, customers, three years of items and payments."
    parser.add_argument("folder", metavar="DIR", help="the folder to write")
    parser.add_argument("--items", type=int, default=5000, help="about how many items (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="what everything drawn by chance follows from")
    parser.add_argument("--entities", type=int, help="the number of legal entities")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="default: %(default)s")
    parser.set_defaults(command=_sample)


FOLDER, SOLUTIONS = "lessons", "solutions"


def add_lesson(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a lesson needs."""
    parser.description = "Open a copy of a lesson of your own in JupyterLab; the second time, go on where you were."
    parser.add_argument("number", type=int, help="1, 2 or 3")
    parser.add_argument("--student", default="", help="a name or number, for figures of your own")
    parser.add_argument("--folder", type=Path, default=Path(FOLDER), help="of your copy (default: %(default)s)")
    parser.add_argument("--no-lab", action="store_true", help="write the copy and say where it is, open nothing")
    parser.set_defaults(command=_lesson)


def add_teach(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a teacher's commands need."""
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    copy = actions.add_parser("copy", help="a lesson with its solutions filled in")
    copy.add_argument("number", type=int, help="1, 2 or 3")
    copy.add_argument("--student", default="", help="whose figures (default: those of the empty name)")
    copy.add_argument("--output", type=Path, default=Path(SOLUTIONS), metavar="DIR", help="default: %(default)s")
    copy.set_defaults(command=_copy)
    sheet = actions.add_parser("class", help="who solved what, from the saved notebooks")
    sheet.add_argument("folder", type=Path, metavar="DIR", help="the folder with the notebooks of the class")
    sheet.add_argument("--output", type=Path, metavar="FILE", help="also write it as a workbook (.xlsx)")
    sheet.set_defaults(command=_class)


def _lesson(options: argparse.Namespace) -> int:
    from arkit.teach.classroom import learners_copy

    copy = learners_copy(options.number, student=options.student, folder=options.folder)
    print(str(copy))
    if options.no_lab:
        return DONE
    if find_spec("jupyterlab") is None:
        raise LessonError("JupyterLab is not installed. Install arkit with its lab extra: pip install 'arkit[lab]'.")
    done = subprocess.run([sys.executable, "-m", "jupyter", "lab", copy.name], cwd=copy.parent, check=False)
    if done.returncode:
        raise LessonError(f"JupyterLab ended with {done.returncode}. Your work is in {copy}.")
    return DONE


def _copy(options: argparse.Namespace) -> int:
    from arkit.teach.classroom import teachers_copy

    print(str(teachers_copy(options.number, student=options.student, folder=options.output)))
    return DONE


def _class(options: argparse.Namespace) -> int:
    from arkit.teach.classroom import class_sheet, write_class_sheet

    table = class_sheet(options.folder)
    print(table.to_string(index=False))
    if options.output:
        write_class_sheet(table, options.output)
        print(str(options.output))
    return DONE


INTERRUPTED: Final = 130
DESCRIPTION: Final = "Accounts receivable: from a dated ledger to a reconciled monthly report."
COMMANDS: Final[dict[str, tuple[Callable[[argparse.ArgumentParser], None], str]]] = {
    "report": (add_report, "make the report of a day"),
    "month-end": (add_month_end, "make all reports of a day"),
    "check": (add_check, "read an export and say whether a report can be run"),
    "serve": (add_serve, "serve the dashboards"),
    "sample": (add_sample, "write a made-up ledger"),
    "lesson": (add_lesson, "open a lesson in JupyterLab"),
    "teach": (add_teach, "for teachers: solutions, and who solved what"),
}


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


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--quiet", action="store_true", help="no progress on stderr")
    common.add_argument("--traceback", action="store_true", help="where an error came from, for whoever mends it")
    parser = argparse.ArgumentParser(prog="arkit", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"arkit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (add_to, says) in COMMANDS.items():
        add_to(commands.add_parser(name, parents=[common], help=says))
    return parser
