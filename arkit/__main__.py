"""The command line: a report, a made-up ledger, the lessons, the version."""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Final

from arkit import __version__
from arkit.classroom import add_lesson, add_teach
from arkit.errors import ArkitError
from arkit.terms import ALL_ENTITIES

FAILED, INTERRUPTED = 1, 130
DESCRIPTION: Final = "Accounts receivable: from a dated ledger to a reconciled monthly report."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed with one sentence on stderr, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        command: Callable[[argparse.Namespace], None] = options.command
        command(options)
    except KeyboardInterrupt:
        return _failed("Interrupted; nothing was published.", options, code=INTERRUPTED)
    except ArkitError as error:
        return _failed(str(error), options)
    except Exception as error:  # a person gets a sentence; --traceback shows the rest
        text = " ".join(str(error).split()) or "no reason given"
        return _failed(f"Unexpected {type(error).__name__}: {text} (--traceback shows where).", options)
    return 0


def _failed(sentence: str, options: argparse.Namespace, *, code: int = FAILED) -> int:
    if options.traceback:
        traceback.print_exc()
    print(f"arkit: {sentence}", file=sys.stderr)
    return code


def _stop(number: int, _: object) -> None:
    """End like any failure when a scheduler asks to: what was begun is cleaned away."""
    sys.exit(128 + number)


def _report(options: argparse.Namespace) -> None:
    from arkit.run import report

    with _Progress(quiet=options.quiet) as tell:
        made = report(
            ledger=options.ledger,
            layout=options.layout,
            as_of=options.as_of,
            entity=options.entity,
            policy=options.policy,
            output=options.output,
            notebook=options.notebook,
            parameters=dict(options.parameters),
            tell=tell,
        )
    print(f"{made.folder / 'report.html'}\n{made.status}, {made.seconds:.1f} s")


def _sample(options: argparse.Namespace) -> None:
    from arkit.ledger.sample import generate, write

    with _Progress(quiet=options.quiet) as tell:
        tell(f"making up about {options.items:,} items")
        chosen = {name: getattr(options, name) for name in ("seed", "entities") if getattr(options, name) is not None}
        sample = generate(items=options.items, **chosen)
        tell("writing the files")
        folder = write(sample, options.folder, format=options.format)
    print(folder)


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
    _add_sample(commands.add_parser("sample", parents=[common], help="write a made-up ledger"))
    add_lesson(commands, common=common, say=print)
    add_teach(commands, common=common, say=print)
    return parser


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.description = "Make the report of a day in OUTPUT/AS_OF/ENTITY, whole or not at all."
    parser.add_argument("--ledger", required=True, help="a file, a folder of files, or a frozen ledger")
    parser.add_argument("--layout", help="the layout of the export (TOML); none for canonical columns")
    parser.add_argument("--as-of", required=True, metavar="DAY", help="the day, as YYYY-MM-DD")
    parser.add_argument("--entity", default=ALL_ENTITIES, help="one legal entity (default: %(default)s)")
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
    parser.set_defaults(command=_report)


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
