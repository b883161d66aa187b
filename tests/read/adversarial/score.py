"""Count what becomes of adversarial exports.

``python -m tests.read.adversarial.score 0 300`` reads the exports of these seeds and prints what does not come out
(``--kind "paid by status"``, ``--language en``, ``--show wrong``); ``--one 17`` writes export 17 here, and says all
that is known of it.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.read.adversarial.exports import Export, export
from tests.read.adversarial.forms import KINDS, Form
from tests.read.judge import Asked, Truth, Verdict, judged

GOOD = ("right", "asked")
AT_ONCE = 10
TITLES = ("right", "asked", "refused", "stuck", "told", "wrong")


@dataclass(frozen=True)
class Result:
    """What became of the export of a seed."""

    seed: int
    form: Form
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.verdict.kind} seed {self.seed} {self.form}\n    {self.verdict.words}"


def result(seed: int, language: str = "") -> Result:
    """Make the export of a seed, read it, judge."""
    made = export(seed, language)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / made.name
        path.write_bytes(made.content)
        return Result(seed, made.form, verdict(made, path))


def verdict(made: Export, path: Path) -> Verdict:
    """Read an export from where it was written; an error that is not meant is a verdict too: ``broken``."""
    day = made.exported.isoformat()
    truth = Truth(right=made.right, by_customer=made.by_customer, answers=made.answers)
    try:
        return judged(Asked(path, day, day, made.form.day_given), truth)
    except Exception as error:  # whatever breaks is a fault of the reader, and the seed must be named
        return Verdict("broken", f"{type(error).__name__}: {error}")


def results(seeds: Iterable[int], language: str = "", *, processes: int = 1) -> list[Result]:
    """The results of seeds, in their order."""
    if processes == 1:
        return [result(seed, language) for seed in seeds]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(result, language=language), seeds, chunksize=AT_ONCE))


def counted(found: Iterable[Result]) -> Counter[str]:
    """How many ended in each way."""
    return Counter(one.verdict.kind for one in found)


def summary(found: list[Result]) -> str:
    """The ends by kind of export, and by language."""
    lines = []
    for name, group in (("kind", lambda one: one.form.kind), ("language", lambda one: one.form.language)):
        ends: dict[str, Counter[str]] = {}
        for one in found:
            ends.setdefault(group(one), Counter())[one.verdict.kind] += 1
        titles = [*TITLES, *({title for counts in ends.values() for title in counts} - {*TITLES})]
        lines.append(f"{name:28}{''.join(f'{title:>9}' for title in titles)}")
        lines += [f"{group:28}{''.join(f'{counts[title]:9}' for title in titles)}" for group, counts in ends.items()]
    ways = counted(found)
    good = sum(ways[kind] for kind in GOOD) / max(1, len(found))
    return "\n".join([*lines, f"of {len(found)}: {dict(ways)}; right, or right after one round: {good:.1%}"])


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("last", type=int, nargs="?", default=300)
    parser.add_argument("--one", type=int, help="write the export of this seed here, and say what is known of it")
    parser.add_argument("--kind", default="", help="only the kind of export whose name contains this")
    parser.add_argument("--language", default="", help="all in this language, instead of the drawn ones")
    parser.add_argument(
        "--show", default="refused,stuck,told,wrong,broken", help="the ends that are printed one by one"
    )
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Read the exports of a range of seeds, or write one."""
    asked = _options()
    if asked.one is not None:
        made = export(asked.one, asked.language)
        path = Path(made.name)
        path.write_bytes(made.content)
        for name in ("form", "exported", "right", "by_customer", "answers"):
            sys.stdout.write(f"{name}: {getattr(made, name)}\n")
        sys.stdout.write(f"{path}\n{verdict(made, path)}\n")
        return
    kinds = [place for place, kind in enumerate(KINDS) if asked.kind in kind]
    seeds = [seed for seed in range(asked.first, asked.last) if seed % len(KINDS) in kinds]
    found = results(seeds, asked.language, processes=asked.processes)
    shown = [one for one in found if one.verdict.kind in asked.show.split(",")]
    sys.stdout.write("\n".join(str(one) for one in shown) + f"\n{summary(found)}\n")


if __name__ == "__main__":
    main()
