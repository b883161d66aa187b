"""Every error of arkit: what is wrong, where, the value that was found, and the way out.

The messages are built here and nowhere else, so that they read alike. Each error is one paragraph for a person;
the command line prints it without a traceback.
"""

from collections.abc import Iterable
from datetime import date

SHOWN_VALUES = 5


class ArkitError(Exception):
    """Base of every error that arkit raises on purpose."""


class ReadingError(ArkitError):
    """A file cannot be read as what its layout says."""


class LayoutError(ArkitError, ValueError):
    """A layout is not usable."""


class UnknownDayError(LayoutError):
    """A list of open items does not say its day, and nobody does."""


class SeveralDaysError(ReadingError):
    """Files that were to be read as one list are of several days."""


class PolicyError(ArkitError, ValueError):
    """A policy is not usable."""


class LedgerError(ArkitError):
    """Tables do not make a ledger."""


class AmountError(ArkitError):
    """An amount is too large to stay exact."""


class CoverageError(ArkitError):
    """A day was asked for that the ledger cannot answer."""


class HistoryError(ArkitError):
    """A question needs history that the ledger does not have."""


class UnknownNameError(ArkitError):
    """A column, value or parameter name that does not exist."""


class ReconciliationError(ArkitError):
    """The buckets, the items kept apart and the rows set apart do not add up to the control total."""


class PlausibilityError(ArkitError):
    """The numbers of a day do not look like those of a complete ledger, and the policy stops there."""


class TooManyFaultsError(ArkitError):
    """More rows or money had to be set apart than the policy allows."""


class ReportError(ArkitError):
    """A report could not be made; nothing was published."""


class RunError(ArkitError, ValueError):
    """A month-end run is not usable as it is stated."""


class ServingError(ArkitError):
    """The dashboards cannot be served as they were asked for."""


class LessonError(ArkitError):
    """A lesson, an answer or a learner's notebook is not what it has to be."""


def listed(values: Iterable[object]) -> str:
    """Return the first few values for a message, with the number of the others."""
    shown = [str(value) for value in values]
    rest = len(shown) - SHOWN_VALUES
    text = ", ".join(shown[:SHOWN_VALUES]) or "none"
    return f"{text} and {rest} more" if rest > 0 else text


def missing_columns(table: str, *, missing: Iterable[str], found: Iterable[str], source: str = "") -> LedgerError:
    """A table lacks columns that the schema asks for."""
    where = f" of {source}" if source else ""
    return LedgerError(
        f"The {table} table{where} lacks the column(s) {listed(missing)}. It has: {listed(found)}. "
        "Add them, or map them in the layout."
    )


def unknown_name(kind: str, value: object, *, known: Iterable[object]) -> UnknownNameError:
    """A name that is not among the known ones."""
    return UnknownNameError(f"There is no {kind} {value!r}. Known: {listed(sorted(str(name) for name in known))}.")


def not_covered(as_of: date, *, first: date, last: date, snapshots: Iterable[date] = ()) -> CoverageError:
    """A day outside the days that the ledger covers, or between its snapshots."""
    if snapshots:
        return CoverageError(
            f"This ledger is made of the open items of {listed(snapshots)}; what was open on {as_of} is in none of "
            "these lists. Ask for one of their days, or read the list of that day too."
        )
    if first == last:
        return CoverageError(
            f"This ledger is a snapshot of {first}; it cannot tell what was open on {as_of}. "
            f"Ask for {first}, or read a ledger with history."
        )
    side, bound = ("before the first", "covers_from") if as_of < first else ("after the last", "covers_until")
    return CoverageError(
        f"{as_of} is {side} day that this ledger covers ({first} to {last}). Ask for a day within, or, where the "
        f"export was complete for that day, say so: --hint {bound}={as_of}, or {bound} in its layout."
    )


def no_payments(lists: Iterable[date]) -> CoverageError:
    """What was billed and paid was asked of lists of open items."""
    return CoverageError(
        f"This ledger is made of the open items of {listed(lists)}; what was billed and paid between two lists is in "
        "neither. Read a ledger with its payments."
    )


def no_recorded_dates() -> HistoryError:
    """known_on was asked of a ledger without recorded_on."""
    return HistoryError(
        "This ledger has no recorded_on dates, so what was known on a day cannot be told. "
        "Map the posting or entry date to recorded_on in the layout."
    )
