"""Mutations of the examples: what people and programs do to an export, each labelled as keeping what it says or not."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.read.exports.catalogue import EXAMPLES
from tests.read.exports.losses import (
    ambiguous_days,
    ambiguous_marks,
    amount_changed,
    amount_unreadable,
    cut_off,
    row_lost,
    row_twice,
    without,
    without_amounts,
    without_header,
)
from tests.read.exports.mutants import Change, Mutant
from tests.read.exports.rearranged import (
    blank_columns,
    blank_rows,
    grand_total,
    junk_above,
    page_breaks,
    shuffled,
    subtotals,
)
from tests.read.exports.resigned import debit_and_credit, marked, reversed_signs, unsigned
from tests.read.exports.restyled import in_language, written
from tests.read.exports.words import HEADERS

MARKS: tuple[tuple[str, str], ...] = ((".", ""), (".", ","), (",", "."), (",", " "), (",", "\u00a0"), (".", "'"))
CHANGES: dict[str, Change] = {
    "as it is": lambda mutant, draw: mutant,
    "UTF-8": written(encoding="utf-8"),
    "UTF-8 with a mark": written(encoding="utf-8-sig"),
    "UTF-16": written(encoding="utf-16"),
    "GB18030": written(encoding="gb18030"),
    "cp1251": written(encoding="cp1251"),
    "cp1252": written(encoding="cp1252"),
    "semicolons": written(kind="csv", delimiter=";"),
    "tabs": written(kind="csv", delimiter="\t"),
    "bars": written(kind="csv", delimiter="|"),
    "workbook": written(kind="xlsx"),
    "plain CSV": written(kind="csv", delimiter=",", encoding="utf-8"),
    "day first, dots": written(day="%d.%m.%Y"),
    "day first, strokes": written(day="%d/%m/%Y"),
    "month first": written(day="%m/%d/%Y"),
    "year first": written(day="%Y-%m-%d"),
    "year first, strokes": written(day="%Y/%m/%d"),
    "months by name": written(day="%d-%b-%Y"),
    **{
        f"marks {decimal!r} and {thousands!r}": written(decimal=decimal, thousands=thousands)
        for decimal, thousands in MARKS
    },
    **{f"credits by {sign}": written(negative=sign) for sign in ("minus", "trailing", "brackets")},
    "columns shuffled": shuffled,
    "columns shuffled again": shuffled,
    **{f"headers in {language}": in_language(language) for language in HEADERS},
    "junk above": junk_above,
    "blank rows": blank_rows,
    "blank columns": blank_columns,
    "page breaks": page_breaks,
    "subtotals": subtotals,
    "grand total": grand_total,
    "debit and credit": debit_and_credit,
    "marks for credits": marked,
    "unsigned": unsigned,
    "signs reversed": reversed_signs,
    "a row lost": row_lost,
    "a row twice": row_twice,
    "an amount changed": amount_changed,
    "an amount unreadable": amount_unreadable,
    "cut off": cut_off,
    "no amounts": without_amounts,
    "no dates": without("document_date", "due_date"),
    "no customers": without("customer_id", "name"),
    "no header": without_header,
    "days that could be months": ambiguous_days,
    "marks that could be decimal": ambiguous_marks,
}


def mutants() -> Iterator[Mutant]:
    """Return all mutants, the same every time."""
    for example in EXAMPLES.values():
        whole = Mutant(example, "", example.items, example.grid, example.style)
        seen: set[bytes] = set()
        for name, change in CHANGES.items():
            changed = change(whole, random.Random(zlib.crc32(f"{example.name} {name}".encode())))
            if changed is not None and changed.content not in seen:
                seen.add(changed.content)
                yield replace(changed, change=name)
