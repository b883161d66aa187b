"""The command that writes a made-up ledger."""

from __future__ import annotations

import argparse

from arkit.commands.options import DONE
from arkit.commands.progress import Progress


def _sample(options: argparse.Namespace) -> int:
    from arkit.ledger.sample import generate, write

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
