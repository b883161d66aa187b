"""The command that serves the dashboards."""

from __future__ import annotations

import argparse
import os

from arkit.commands.options import DONE


def _serve(options: argparse.Namespace) -> int:
    from arkit.run.serve import serve
    from arkit.run.server import Serving

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
