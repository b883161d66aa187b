"""Amounts as people write them: currency, debit and credit marks, thousands marks, a minus on either side.

First a cell is freed of its currency and its marks (:func:`bare_amounts`), then its number is read as an exact decimal
(:func:`as_decimals`). Most cells of most exports are plain numbers, so each step looks at the others alone. What is
data, signs and words, is in ``templates/words/writing.toml`` and the currencies of ``headers.toml``.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import polars as pl

from arkit.calendar import currencies
from arkit.model.findings import value_of
from arkit.model.money import EXACT, LARGEST_EXACT, SCALE
from arkit.resources import bundled
from arkit.words.vocabulary import currency_names, currency_of

_PLAIN: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
# What nearly every cell of nearly every export is like needs none of the steps.
# 20 digits and six decimals fit into the exact decimals without loss.
_SIMPLE: Final = {mark: rf"^-?[0-9]{{1,20}}(?:[{mark}][0-9]{{1,{SCALE}}})?$" for mark in (".", ",")}
_DIGITS: Final = 15
_LONG: Final = rf"(\.\d{{{SCALE}}})\d+$"
# Groups of three, or as in India of two before the last: a thousands mark counts only there.
_MARKS: Final = r"[,\s']"
_THREES: Final = rf"[1-9][0-9]{{0,2}}(?:{_MARKS}[0-9]{{3}})+"
_TWOS: Final = rf"[1-9][0-9]?(?:{_MARKS}[0-9]{{2}})+{_MARKS}[0-9]{{3}}"
_GROUPED: Final = rf"^[+-]?(?:{_THREES}|{_TWOS})(\.[0-9]*)?$"
_BARE: Final = r"^[-+(<]?(?:[0-9.,][0-9.,\s'’]*)?[0-9][)>]?-?$"
_NO_DECIMALS: Final = r"^(.*\d)\.\s?[-–—]{1,2}$"
"""``50.-`` or ``50.--``, where the decimals are a dash: not a minus behind the number."""
_SIGNS: Final = {"debit": "", "credit": "-"}
_OPENING: Final = r"[-+(<\[\s]*"
_CLOSING: Final = r"[-)>\]\s]*"
_NUMBER: Final = r"(?:\d[\d.,\s']*|[.,]\d+)"
_LETTERS: Final = r"\p{L}+\.?|[^\d.,\s'()<>\[\]+-]"
_OF_NUMBERS: Final = r"[\d.,'()<>\[\]+-]"
NO_AMOUNT: Final = r"^[-–—−./\s]+$"


def bare_amounts(cells: pl.Series) -> pl.Series:
    """Amounts without their currency, with a minus in front for a credit mark; a dash alone is nothing.

    >>> bare_amounts(pl.Series(["1.234,56 EUR", "100,00 Cr", "△¥50,000", "-"])).to_list()
    ['1.234,56', '-100,00', '-50,000', None]
    """
    others = cells.is_not_null() & ~cells.str.contains(_BARE)
    if not others.any():
        return cells
    given = _usual_letters(cells.filter(others))
    for side, sign in _SIGNS.items():
        given = _without_mark(given, _marks(side), sign)
    given = _without_currency(given)
    given = given.set(given.str.contains(NO_AMOUNT), None)
    # A copy: scatter writes into the column itself, and the source's text is still wanted for findings.
    return cells.clone().scatter(others.arg_true(), given)


def _usual_letters(cells: pl.Series) -> pl.Series:
    """Digits and signs of the usual width, one sign for minus, and no ``="..."`` around a number."""
    usual = cells.str.replace_many(_letters()).str.strip_chars()
    return _changed(usual, r'^(?:="(.*)"|\'(.*))$', "$1$2").str.strip_chars()


def _without_mark(cells: pl.Series, marks: str, sign: str) -> pl.Series:
    # A letter before a number may be of a document, S100; as a mark it has a space after it, or is no letter of ours.
    after = _changed(cells, rf"(?i)^(.*[\d.)\]-])\s*[(\[]?(?:{marks})\.?[)\]]?$", f"{sign}$1")
    return _changed(after, rf"(?i)^{_before(marks)}(\D*\d.*)$", f"{sign}$1").str.strip_chars()


def _changed(cells: pl.Series, pattern: str, by: str) -> pl.Series:
    """Cells that match a pattern replaced; to look whether there are any is much faster than to replace."""
    return cells.str.replace(pattern, by) if cells.str.contains(pattern).any() else cells


def _before(marks: str) -> str:
    chinese = "|".join(mark for mark in marks.split("|") if re.fullmatch(r"[\u4e00-\u9fff]+", mark))
    return rf"(?:(?:{marks})[.:]?\s+|[(\[](?:{marks})[)\]]\s*|(?:{chinese})[.:]?\s*)"


def _without_currency(cells: pl.Series) -> pl.Series:
    found = cells.str.contains(_currency_pattern())
    if not found.any():
        return cells
    plain = cells.filter(found).str.replace_all(_LETTERS, "").str.strip_chars()
    return cells.scatter(found.arg_true(), plain)


def currencies_in(cells: pl.Series) -> pl.Series:
    """The ISO code of the currency in the cell of each amount; missing where there is none.

    >>> currencies_in(pl.Series(["1,50 EUR", "2,50", "£3"])).to_list()
    ['EUR', None, 'GBP']
    """
    names = names_of_currencies(cells)
    codes = {name: code for name in names.drop_nulls().unique() if (code := currency_of(name))}
    return names.replace_strict(codes, default=None, return_dtype=pl.String)


def names_of_currencies(cells: pl.Series) -> pl.Series:
    """The currency in the cell of each amount as it is written there, a sign such as ``$`` too; missing without one."""
    none = pl.Series(cells.name, [None], dtype=pl.String).new_from_index(0, len(cells))
    others = cells.is_not_null() & ~cells.str.contains(_BARE)
    if not others.any():
        return none
    unmarked = _usual_letters(cells.filter(others))
    for side in _SIGNS:
        unmarked = _without_mark(unmarked, _marks(side), "")
    named = unmarked.set(~unmarked.str.contains(_currency_pattern()), None)
    found = named.str.replace_all(_OF_NUMBERS, "").str.strip_chars()
    return none.scatter(others.arg_true(), found)


@cache
def amount_pattern() -> str:
    """A pattern of what can be an amount, with all that may be written about it."""
    letters = "".join(re.escape(letter) for letter, usual in _letters().items() if usual.isdigit() or usual in ",.'")
    number = rf"[.,]?\d[{letters}\d.,\s'’]*(?:\s?[-–—]{{1,2}})?"
    signs = "".join(re.escape(letter) for letter, usual in _letters().items() if usual in ("-", "+", "(", ")", "$"))
    marks, currency = f"{_marks('debit')}|{_marks('credit')}", rf"(?:{'|'.join(_currency()[:2])})\.?|{_currency()[2]}"
    before, after = f"{_before(marks)}?", rf"(?:[(\[]?(?:{marks})\.?[)\]]?)?"
    opening, closing = rf"[-+(<\[{signs}\s]*", rf"[-)>\]{signs}\s]*"
    plain = rf"{before}{opening}(?:{currency})?{opening}{number}{closing}(?:{currency})?{closing}{after}"
    return rf'(?i)^(?:="|\')?\s*{plain}"?$'


@cache
def _currency_pattern() -> str:
    """What matches an amount with its currency before it or behind it: a code, a name or a sign."""
    names, codes, signs = _currency()
    before = rf"{_OPENING}(?:(?:(?:{names})\.?|{codes}){_OPENING}\d[\d.,\s']*|(?:{signs}){_OPENING}{_NUMBER})"
    after = rf"{_OPENING}{_NUMBER}{_CLOSING}(?:(?:{names}|{codes})\.?|{signs})"
    return rf"(?i)^(?:{before}|{after}){_CLOSING}$"


@cache
def _currency() -> tuple[str, str, str]:
    """Names of currencies, after which a point is theirs, codes, after which it is not, and signs."""
    words = {*currency_names(), *writing()["amounts"]["currency_signs"]}
    names = {word for word in words if word[-1].isalpha()}
    return alternatives(names), alternatives(currencies()), alternatives(words - names)


@cache
def _marks(side: str) -> str:
    return alternatives(writing()["amounts"][side])


@cache
def _letters() -> dict[str, str]:
    return {**writing()["letters"], **dict.fromkeys(writing()["amounts"]["minus"], "-")}


def alternatives(words: Iterable[str]) -> str:
    """A pattern of any of these words, a longer one before one that it begins with."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def writing() -> dict[str, Any]:
    """What is data about the writing of amounts and days."""
    return bundled("templates/words/writing.toml")


def exact_amounts(cells: pl.Series, *, decimal_mark: str, unit: int = 1) -> pl.Series:
    """Amounts as exact decimals, missing where there is no number; ``unit`` is what an amount of 1 means.

    >>> exact_amounts(pl.Series(["1 234,56-", "ten"]), decimal_mark=",").to_list()
    [Decimal('-1234.560000'), None]
    >>> exact_amounts(pl.Series(["1.23456789"]), decimal_mark=".", unit=1_000_000).to_list()
    [Decimal('1234567.890000')]
    """
    usual = _SIMPLE[decimal_mark]
    if cells.dtype == pl.String and unit == 1 and cells.str.contains(usual).all():
        plain = cells.str.replace(",", ".", literal=True) if decimal_mark == "," else cells
        return plain.cast(EXACT, strict=False)
    return as_decimals(bare_amounts(cells), decimal_mark=decimal_mark, unit=unit)


def as_decimals(column: pl.Series, *, decimal_mark: str, unit: int = 1) -> pl.Series:
    """A column of amounts as exact decimals, missing where there is no number: text without a currency, or numbers."""
    places = len(str(unit)) - 1
    if column.dtype == pl.String:
        return _of_plain(plain_numbers(column, decimal_mark), places)
    if column.dtype.is_float():
        column = _of_floats(column, SCALE + places)
    return _of_plain(column.cast(pl.String), places) if places else column.cast(EXACT, strict=False)


def _of_floats(column: pl.Series, places: int) -> pl.Series:
    """Numbers as exact decimals of some places: as a spreadsheet shows them, to 15 digits, and cut off after the last.

    The shortest text that gives the same float is what the source showed: 97.6, not 97.599999...
    """
    usable = column.is_finite() & (column.abs() < LARGEST_EXACT)
    shown = column.set(~usable, None).round_sig_figs(_DIGITS)
    rounded = shown.round(places)
    exact = rounded.cast(pl.Decimal(38, places), strict=False)
    longer = (shown != rounded).fill_null(False)
    if not longer.any():
        return exact
    cut = _of_plain(shown.set(~longer, None).cast(pl.String), 0).cast(pl.Decimal(38, places))
    return exact.to_frame("exact").select(pl.coalesce(pl.lit(cut), "exact")).to_series()


def _of_plain(numbers: pl.Series, places: int) -> pl.Series:
    """Plain numbers as exact decimals, their point moved to the right by some places.

    What comes after the last decimal is cut off, not rounded: an amount is rounded once, to the minor units of its
    currency. 1.0049999 is 1.00; 1.005 and then 1.01 if it were rounded here too.
    """
    if places:
        decimals = numbers.str.extract(r"\.(\d*)$").fill_null("").str.pad_end(places, "0")
        moved = decimals.str.head(places) + "." + decimals.str.slice(places)
        numbers = numbers.str.extract(r"^([^.]*)") + moved
    if numbers.str.contains(_LONG).any():
        numbers = numbers.str.replace(_LONG, "$1")
    return numbers.cast(EXACT, strict=False)


def plain_numbers(column: pl.Series, decimal_mark: str) -> pl.Series:
    """Numbers as text that a program reads: without thousands marks, with a point; missing where there is no number.

    A thousands mark counts only between groups of three digits, or of two in India's way, so ``1,5`` never becomes 15,
    nor ``0,125`` 125.
    """
    if decimal_mark == ",":
        # 1.234,56 becomes 1,234.56, so that only one form is left to read.
        # Both at one time: one replacement after the other would turn all marks into the same.
        column = column.str.replace_many([".", ","], [",", "."])
    others = ~column.str.contains(_PLAIN)
    if not others.any():
        return column
    # Few forms are left after each step, and each step takes some time for each cell.
    given = column.filter(others)
    unusual = ~given.str.contains(_GROUPED)
    if unusual.any():
        given = given.scatter(unusual.arg_true(), _with_usual_signs(given.filter(unusual)))
    # A copy: scatter writes into the column itself, and the source's text is still wanted for findings.
    return column.clone().scatter(others.arg_true(), given.str.replace_all(_MARKS, ""))


def _with_usual_signs(cells: pl.Series) -> pl.Series:
    """Numbers with a minus behind them, in brackets or in unusual letters, with the minus in front."""
    usual = _changed(_usual_letters(cells), _NO_DECIMALS, "$1")
    usual = _changed(usual, r"^(?:\((.*)\)|<(.*)>|\[(.*)\])$", "-$1$2$3")
    usual = _changed(_changed(usual, r"^([^-+]*\d)\s*-$", "-$1"), r"^([+-])\s+", "$1")
    return usual.set(~usual.str.contains(f"{_GROUPED}|{_PLAIN}"), None)


def decimals_as_text(amounts: pl.Series, *, decimal_mark: str) -> pl.Series:
    """Exact decimals as an amount of the file is written, with its decimal mark."""
    text = amounts.cast(pl.String)
    return text.str.replace(".", ",", literal=True) if decimal_mark == "," else text


def with_decimal_comma(cells: pl.Expr, is_number: pl.Expr) -> pl.Expr:
    """Cells of a workbook with its numbers, which have a point, written with the decimal comma of its text.

    1.234 is one and a bit as a number, and more than a thousand as text with a thousands mark. It becomes unreadable,
    for a finding.
    """
    return (
        pl.when(~is_number.fill_null(False))
        .then(cells)
        .when(cells.str.contains(r"^-?[1-9]\d{0,2}\.\d{3}$"))
        .then(value_of("either", cell=cells))
        .otherwise(cells.str.replace(".", ",", literal=True))
    )
