"""The command line: what every command shares, and the list of them."""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Final

from arkit import __version__
from arkit.commands import add_check, add_lesson, add_month_end, add_report, add_sample, add_serve, add_teach
from arkit.commands.options import FAILED
from arkit.errors import ArkitError

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


if __name__ == "__main__":
    sys.exit(main())
