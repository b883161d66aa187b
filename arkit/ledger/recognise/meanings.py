"""What the headers of a file mean, by the vocabulary and by the patterns of aging columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from arkit.ledger.body.header import names_of, texts_of
from arkit.ledger.vocabulary import REMEMBERED, Meaning, meaning, without_currency, words

BUCKET = "bucket"


def meanings_of(lines: Sequence[Sequence[str]]) -> dict[str, Meaning]:
    """Return the meaning of each known header by its name.

    Where a header has two lines, the upper text may stand over several columns: each text
    is tried with the upper text to its left first, then as it is joined, and the lower text by itself.
    """
    texts = texts_of(lines)
    spread = texts_of([_spread(lines[0], lines[1]), lines[1]]) if len(lines) == 2 else texts
    found = {}
    for name, text, wide, lower in zip(names_of(texts), texts, spread, lines[-1], strict=True):
        known = next((each for one in (wide, text, lower) if one and (each := _known(one))), None)
        if known:
            found[name] = known
    return found


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the upper line with each text repeated over the blank cells to its right that stand over a text."""
    spread, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        spread.append(last)
    return spread


@lru_cache(maxsize=REMEMBERED)
def _known(text: str) -> Meaning | None:
    found = meaning(text)
    if found:
        return found
    stripped, currency = without_currency(text)
    if is_bucket(text):
        return Meaning(BUCKET, 0)
    return Meaning(BUCKET, 0, currency) if currency and is_bucket(stripped) else None


def is_bucket(text: str) -> bool:
    """Tell whether a header is a column of an aging.

    >>> is_bucket("31 - 60 days"), is_bucket("Over 90"), is_bucket("Amount")
    (True, True, False)
    """
    plain = " ".join(text.casefold().split())
    patterns = [pattern for kind in ("not_due", "range", "over") for pattern in words("buckets", kind)]
    return any(re.search(pattern, plain) for pattern in patterns)
