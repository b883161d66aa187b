"""Count what becomes of every mutant: ``python -m tests.read.exports.score [example] [change]``."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.read.exports.mutants import Mutant
from tests.read.exports.mutations import mutants
from tests.read.exports.outcome import Outcome, outcome


def outcomes(
    folder: Path, wanted: str = "", change: str = "", *, of_each: int | None = None
) -> Iterator[tuple[Mutant, Outcome]]:
    """Each mutant with what became of it; of each kind of change at most ``of_each``, spread over the examples."""
    chosen = [mutant for mutant in mutants() if wanted in mutant.example.name and change in mutant.change]
    by_change: dict[str, list[Mutant]] = {}
    for mutant in chosen:
        by_change.setdefault(mutant.change, []).append(mutant)
    for turn, those in enumerate(by_change.values()):
        # Each kind of change begins at another example, so that few of each still meet every system.
        start = turn % len(those)
        for mutant in (those[start:] + those[:start])[:of_each]:
            path = folder / mutant.file
            path.write_bytes(mutant.content)
            yield mutant, outcome(path, mutant)


def counted(found: list[tuple[Mutant, Outcome]], *, keeps: bool) -> Counter[str]:
    """Return how many mutants ended in each way."""
    return Counter(result.kind for mutant, result in found if mutant.keeps is keeps)


def main() -> None:
    """Print what is not as it should be, and the shares."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(outcomes(Path(folder), *sys.argv[1:3]))
    lines = [
        f"{result.kind:9} {mutant.name}: {result.reason[:300]}"
        for mutant, result in found
        if (result.kind != "identical") is mutant.keeps or result.kind == "silent"
    ]
    sys.stdout.write("\n".join(sorted(lines)) + "\n")
    for keeps in (True, False):
        sys.stdout.write(f"{'keeping' if keeps else 'losing'}: {dict(counted(found, keeps=keeps))}\n")


if __name__ == "__main__":
    main()
