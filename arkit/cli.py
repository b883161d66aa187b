"""The command line: a function is a command, its options are above it, a failure is one sentence and an exit code.

click reads the arguments and gives help and completion. It was chosen over typer and cyclopts because it needs nothing
besides itself (papermill has brought it to most installations already) and takes half as long to import.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click import argument, option

from arkit import __version__
from arkit.errors import ArkitError, LessonError, RunError
from arkit.words.catalogue import languages
from arkit.words.columns import ALL_ENTITIES

if TYPE_CHECKING:
    from arkit.files.questions import Candidate, Question, QuestionsError
    from arkit.run.run_file import RunFile

DONE: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130
PATH: Final = click.Path()
DAY: Final = "the day, as YYYY-MM-DD"


class _Common(click.Command):
    """What every command is asked for in the same way, before or after its name."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        flags = {"quiet": "no progress on stderr", "traceback": "where an error came from, for developers"}
        for name, says in flags.items():
            # Noted in the context and handed to no function, so that every command has them and none has to take them.
            flag = click.Option([f"--{name}"], is_flag=True, expose_value=False, callback=_noted, help=says)
            self.params.append(flag)


def _noted(context: click.Context, flag: click.Parameter, given: bool) -> None:
    context.meta[str(flag.name)] = given or context.meta.get(str(flag.name), False)


class _Command(_Common):
    """A command that ends with an exit code, and with one sentence where it fails."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments: ``--entity ES UK`` is ``--entity ES --entity UK``, because click takes one at a time."""
        spread, several = list[str](), False
        for given in args:
            if given.startswith("-"):
                several = given == "--entity"
            elif several and spread[-1] != "--entity":
                spread.append("--entity")
            spread.append(given)
        return super().parse_args(ctx, spread)

    def invoke(self, ctx: click.Context) -> int:
        """Run the command."""
        try:
            return int(super().invoke(ctx) or DONE)
        except (KeyboardInterrupt, click.Abort):
            return _failed(ctx, "Interrupted; nothing was published.", code=INTERRUPTED)
        except ArkitError as error:
            return _failed(ctx, _in_words(error))
        except Exception as error:  # a person gets a sentence; --traceback shows the rest
            text = " ".join(str(error).split()) or "no reason given"
            return _failed(ctx, f"Unexpected {type(error).__name__}: {text} (--traceback shows where).")


def _in_words(error: ArkitError) -> str:
    """An error as a sentence; the questions that an export leaves open as a list with the options that answer them."""
    from arkit.files.questions import QuestionsError
    from arkit.reports.asking import question_lines

    return "\n".join([error.opening, *question_lines(error)]) if isinstance(error, QuestionsError) else str(error)


def _failed(context: click.Context, sentence: str, *, code: int = FAILED) -> int:
    if context.meta.get("traceback"):
        traceback.print_exc()
    print(f"arkit: {sentence}", file=sys.stderr)
    return code


class _Group(_Common, click.Group):
    """Commands under one name."""

    command_class = _Command
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are needed, which is that of this file."""
        return list(self.commands)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 110},
    epilog='Completion: eval "$(_ARKIT_COMPLETE=bash_source arkit)"; with zsh_source or fish_source in other shells.',
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def arkit() -> None:
    """Accounts receivable: from a dated ledger to a reconciled monthly report."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed with one sentence on stderr, 2 wrong usage."""
    # A scheduler ends a process with this signal, which would leave the hidden folder of a report behind.
    signal.signal(signal.SIGTERM, _stop)
    try:
        return int(arkit.main(arguments, prog_name="arkit", standalone_mode=False) or DONE)
    except click.ClickException as error:
        error.show()
        return error.exit_code


def _stop(number: int, _: object) -> None:
    """End like any failure when a scheduler asks to, so that what was begun is removed."""
    sys.exit(128 + number)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Lines on stderr that say how far a command is: one line rewritten on a screen, else a line each."""
    quiet = click.get_current_context().meta["quiet"]
    screen, started = sys.stderr.isatty(), time.monotonic()
    start, end = ("\r\033[K", "") if screen else ("", "\n")

    def tell(text: str) -> None:
        if not quiet:
            line = f"{time.monotonic() - started:6.1f} s  {text}"[:100]
            print(f"{start}{line}", end=end, file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if screen and not quiet:
            print(start, end="", file=sys.stderr, flush=True)


def _pairs(_: click.Context, __: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, mark, value in pairs:
        if not mark or not name.isidentifier():
            raise click.BadParameter(f"{name + mark + value!r} is not NAME=VALUE")
    return {name: value for name, _mark, value in pairs}


def _hints(_: click.Context, __: click.Parameter, given: Sequence[str]) -> dict[str, Any]:
    from arkit.files.questions import merged, parsed

    hints = {text: parsed(text) for text in given}
    for text, hint in hints.items():
        if hint is None:
            raise click.BadParameter(f"{text!r} is not NAME=VALUE, such as currency=EUR or columns.item_id=Doc")
    return merged(hint for hint in hints.values() if hint)


def _path(*names: str, **settings: Any) -> Callable[..., Any]:
    return option(*names, type=PATH, **settings)


_layout = _path("--layout", metavar="TOML", help="the layout of the export; none for canonical columns")
_policy = _path("--policy", metavar="TOML", help="the policy; none for the default")


def _language(says: str = "", **settings: Any) -> Callable[..., Any]:
    return option("--language", type=click.Choice(languages()), help=f"of titles, texts and numbers{says}", **settings)


_HINT: Final = "what the export does not say itself: currency=EUR, columns.item_id=Doc, ignored=Zone; can be repeated"
_SAID: Final = (
    option("--hint", "hints", multiple=True, callback=_hints, metavar="NAME=VALUE", help=_HINT),
    _path("--answers", metavar="TOML", help="the file of answers; open questions are written to it"),
    option("--covers", nargs=2, metavar="FROM TO", help="the days for which the export is complete"),
    option("--snapshot-on", metavar="DAY", help="the day of the export, where that of the report is another"),
    option(
        *("--earlier-snapshot", "earlier_snapshots"),
        multiple=True,
        metavar="FILE[=DAY]",
        help="the open items of an earlier day, to be read with those of this one; can be repeated",
    ),
    option("--ask", is_flag=True, help="ask what is open, one question after another (in a terminal)"),
)


def _asked_of_export(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command with the options that say what an export does not say itself, as ``hints``, ``answers`` and ``ask``."""

    @wraps(command)
    def saying(*, covers: tuple[str, str] | None, snapshot_on: str | None, ask: bool, **asked: Any) -> Any:
        from arkit.model.ledger import as_day

        days = {"snapshot_on": snapshot_on, **dict(zip(("covers_from", "covers_until"), covers or (), strict=False))}
        hints = {**asked.pop("hints"), **{name: as_day(day) for name, day in days.items() if day}}
        return command(hints=hints, ask=(_ask if _is_terminal() else _cannot_ask) if ask else None, **asked)

    # From the last on, as stacked decorators are applied, so that help lists them in this order.
    for one in reversed(_SAID):
        saying = one(saying)
    return saying


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _cannot_ask(_: QuestionsError) -> list[tuple[Question, Candidate]]:
    """Say why nobody is asked."""
    from arkit.words.catalogue import text

    print(text("run.ask.no_terminal"), file=sys.stderr)
    return []


def _heard(question: Question, said: str) -> Candidate | None:
    """An answer; one that cannot be is refused with the reason, and click asks again."""
    try:
        return question.chosen(said)
    except ArkitError as error:
        raise click.UsageError(str(error)) from error


def _ask(asked: QuestionsError) -> list[tuple[Question, Candidate]]:
    """Ask a person every question; what they leave open is left out."""
    from arkit.reports.asking import candidate_table, numbered, question_text
    from arkit.words.catalogue import text

    given, number = [], len(asked.questions)
    for place, question in enumerate(asked.questions, 1):
        lines = ["", *question_text(question, asked.file), *candidate_table(question, numbered)]
        print(*lines, sep="\n", file=sys.stderr)
        prompt = text("run.ask.prompt", number=place, count=number)
        said = click.prompt(prompt, default="", show_default=False, err=True, value_proc=partial(_heard, question))
        given += [(question, said)] if said else []
    print(text("run.ask.said", options=" ".join(question.as_flag(said) for question, said in given)), file=sys.stderr)
    return given


def _currency(says: str = "") -> Callable[..., Any]:
    code = "that of the policy, else the base currency of the rates"
    return option(
        "--currency", default="", metavar="CODE", help=f"the presentation currency{says or f' (without it: {code})'}"
    )


def _window(says: str = "") -> Callable[..., Any]:
    lengths = f"month, quarter, year or a number of days{says or ' (without it: that of the policy)'}"
    return option("--window", default="", metavar="LENGTH", help=f"the window of the KPIs: {lengths}")


_many: Final[dict[str, Any]] = {"multiple": True, "callback": _pairs, "metavar": "NAME=VALUE"}


@arkit.command()
@_path("--ledger", required=True, help="a file, a folder, a frozen ledger, or a database's URL")
@_layout
@option("--as-of", required=True, metavar="DAY", help=DAY)
@option(
    *("--entity", "entities"),
    multiple=True,
    metavar="ENTITY...",
    help="one legal entity; several, or all for each and the group: a report of each and an index over them "
    "(without it: one report of the whole ledger)",
)
@_policy
@_path("--output", required=True, metavar="DIR", help="the folder of all reports")
@_path("--notebook", help="another notebook than the monthly report; customers for the bundled one")
@option("-p", "parameters", **_many, help="a further parameter of the notebook, kept as text; several can be given")
@_language(default="en")
@_currency()
@_window()
@option("--pdf", is_flag=True, help="print the report as PDF too (needs Chromium)")
@_asked_of_export
def report(*, entities: tuple[str, ...], pdf: bool, **asked: Any) -> None:
    """Make the report of a day.

    It is published as OUTPUT/AS_OF/ENTITY, whole or not at all.
    """
    if len(entities) > 1 or entities == (ALL_ENTITIES,):
        return _run(_as_run_file(entities, pdf, **asked), as_of=asked["as_of"])
    from arkit.run import report
    from arkit.run.html import browser, print_pdf

    # Asked for before the report is made: that none is installed is said at once.
    chromium = browser() if pdf else None
    with _progress() as tell:
        made = report(entity=next(iter(entities), ALL_ENTITIES), tell=tell, **asked)
        if chromium:
            tell("printing the PDF")
            print_pdf(made.folder, chromium)
    news = "" if made.is_new else "; nothing has changed since this was published"
    print(f"{made.folder / 'report.html'}\n{made.status}, {made.seconds:.1f} s{news}")
    if made.other_files:
        from arkit.errors import listed
        from arkit.words.catalogue import text

        print(text("run.other_files", files=listed(made.other_files)), file=sys.stderr)


def _as_run_file(
    entities: tuple[str, ...], pdf: bool, *, notebook: str | None, parameters: dict[str, str], **asked: Any
) -> RunFile:
    from arkit.run.request import REPORTS
    from arkit.run.run_file import Export, RunFile

    if parameters or (notebook and notebook not in REPORTS):
        raise RunError(
            "A run over several entities makes bundled reports; another notebook, and -p, go with one entity."
        )
    if asked["hints"]:
        raise RunError("A run over several entities takes what an export does not say from a file: --answers.")
    _ask_before(**asked)
    of_export: dict[str, Any] = {name: asked[name] or "" for name in ("ledger", "layout", "answers")}
    export = Export(**of_export, earlier_snapshots=asked["earlier_snapshots"])
    stated = {name: asked[name] for name in ("output", "policy", "language", "currency", "window") if asked[name]}
    run = RunFile(sources=(export,), entities=entities, reports=(notebook or "monthly_report",), pdf=pdf, **stated)
    return run.seen_from(Path.cwd())


def _ask_before(
    *, ask: Callable[..., Any] | None, answers: str | None, ledger: str, earlier_snapshots: Sequence[str], **asked: Any
) -> None:
    """Ask what an export leaves open before its reports are made side by side, where nobody can be asked."""
    from arkit.reports.answering import Said, read_export

    if ask and not answers:
        raise RunError("A run over several entities keeps what is answered in a file: give --answers beside --ask.")
    if ask and answers:
        how = {"layout": asked["layout"], "as_of": asked["as_of"], "earlier_snapshots": earlier_snapshots}
        read_export(ledger, said=Said({}, Path(answers), ask), **how)


@arkit.command()
@argument("run", type=PATH, metavar="RUN.toml")
@option("--as-of", metavar="DAY", help=f"{DAY}, instead of the run file's")
@_language(", instead of the run file's")
@_currency(", instead of the run file's")
@_window(", instead of the run file's")
def month_end(*, run: str, **asked: str | None) -> None:
    """Make all reports of a day.

    A run file states them: each entity's and the group's, and an index over them.
    """
    from arkit.run.run_file import RunFile

    _run(RunFile.load(run), **asked)


def _run(run: RunFile, **asked: str | None) -> None:
    from arkit.run.month import month_end

    with _progress() as tell:
        made = month_end(run, tell=tell, **asked)
    print(f"{made.index}\n{len(made.outcomes)} report(s), {made.seconds:.1f} s")
    if made.failed:
        raise RunError(
            f"{len(made.failed)} of {len(made.outcomes)} reports failed; the index names each with its reason."
        )


@arkit.command()
@argument("paths", nargs=-1, required=True, type=PATH, metavar="FILE...")
@_layout
@option("--as-of", metavar="DAY", help=f"{DAY} (without it: the last that is covered); also of a snapshot")
@_policy
@_path("--findings", metavar="XLSX", help="the workbook of findings (without it: findings_FILE.xlsx here)")
@_path("--save-layout", metavar="TOML", help="write the layout by which the export was read")
@_asked_of_export
def check(**asked: Any) -> int:
    """Read an export and say whether a report can be run.

    It is said how FILE (one, several, a folder, or a database's URL) was read, what it adds up to and what was found.
    The exit code is 0 if a report can be run, 1 if not.
    """
    from arkit.run import check

    checked = check(**asked)
    print(*checked.lines, sep="\n")
    return DONE if checked.can_report else FAILED


@arkit.command()
@_path("--ledger", help="a file, a folder of files, or a frozen ledger (without it: the sample)")
@_layout
@_policy
@_path("--reports", metavar="DIR", help="the folder of finished reports")
@option("--address", default="127.0.0.1", help="where to listen; 127.0.0.1 is this machine alone")
@option("--port", default=8866)
@option("--base-url", default="/", metavar="PATH", help="the path under which a proxy shows it")
@option("--host", "hosts", multiple=True, help="a name by which a proxy calls it")
@option("--user-header", default="", metavar="NAME", help="where a proxy names its user, for the log")
@option("--visitors", default=20, help="pages open at once")
@option("--idle-minutes", default=30.0, help="when a page ends")
@_language(default="en")
@_currency()
@_window()
def serve(**asked: Any) -> None:
    """Serve the dashboards.

    They are read-only and run until they are stopped. Everybody who can open them sees all that is served.
    ARKIT_TOKEN or ARKIT_PASSWORD in the environment guards them.
    """
    from arkit.serve import Serving, serve

    # A command line would show them to everybody on the machine.
    serve(Serving(**asked, token=os.environ.get("ARKIT_TOKEN", ""), password=os.environ.get("ARKIT_PASSWORD", "")))


@arkit.command()
@argument("folder", type=PATH, metavar="DIR")
@option("--items", default=5000, help="about how many items")
@option("--seed", type=int, help="what everything drawn by chance follows from")
@option("--entities", type=int, help="the number of legal entities")
@option("--format", type=click.Choice(["csv", "parquet"]), default="csv")
def sample(*, folder: str, items: int, format: Any, **chosen: Any) -> None:
    """Write a synthetic sample.

    DIR gets a believable ledger: entities, customers, three years of items and payments.
    """
    from arkit.sample import generate, write

    with _progress() as tell:
        tell(f"making up about {items:,} items")
        made = generate(items=items, **{name: value for name, value in chosen.items() if value is not None})
        tell("writing the files")
        target = write(made, folder, format=format)
    print(target)


_number = argument("number", type=int)


@arkit.command()
@_number
@option("--student", default="", help="a name or number, for a ledger of their own")
@_language(default="en")
@_path("--folder", default="lessons", help="of the copy")
@option("--no-lab", is_flag=True, help="write the copy and say where it is, open nothing")
def lesson(*, number: int, student: str, language: str, folder: str, no_lab: bool) -> None:
    """Open a lesson in JupyterLab.

    NUMBER is 1, 2 or 3. The copy is the learner's own; the second time, they go on where they were.
    """
    from arkit.teach.classroom import learners_copy

    copy = learners_copy(number, student=student, folder=Path(folder), language=language)
    print(copy)
    if no_lab:
        return
    if find_spec("jupyterlab") is None:
        raise LessonError("JupyterLab is not installed. Install arkit with its lab extra: pip install 'arkit[lab]'.")
    done = subprocess.run([sys.executable, "-m", "jupyter", "lab", copy.name], cwd=copy.parent, check=False)
    if done.returncode:
        raise LessonError(f"JupyterLab ended with {done.returncode}. Your work is in {copy}.")


@arkit.group()
def teach() -> None:
    """For teachers: solutions, and who solved what."""


@teach.command("copy")
@_number
@option("--student", default="", help="whose ledger (without it: that of the empty name)")
@_language(default="en")
@_path("--output", default="solutions", metavar="DIR")
def teachers_copy(*, number: int, student: str, language: str, output: str) -> None:
    """A lesson with its solutions filled in; NUMBER is 1, 2 or 3."""
    from arkit.teach.classroom import teachers_copy

    print(teachers_copy(number, student=student, folder=Path(output), language=language))


@teach.command("class")
@argument("folder", type=PATH, metavar="DIR")
@_path("--output", metavar="FILE", help="also write it as a workbook (.xlsx)")
def class_sheet(*, folder: str, output: str | None) -> None:
    """Who solved what, from the saved notebooks of a class in DIR."""
    from arkit.teach.classroom import class_sheet, write_class_sheet

    table = class_sheet(Path(folder))
    print(table.to_string(index=False))
    if output:
        write_class_sheet(table, Path(output))
        print(output)
