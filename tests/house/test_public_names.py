"""The public names are pinned, and each says in its docstring what it needs and gives, with an example that runs."""

import doctest
import inspect
import re
from collections.abc import Callable

import pytest

import arkit
from arkit.errors import ArkitError

# A name is added here and in `arkit.__all__` together; taking one away breaks somebody's notebook.
PUBLIC_NAMES = (
    "KPIS",
    "CategoryPolicy",
    "CollectionPolicy",
    "Layout",
    "Ledger",
    "Policy",
    "abc",
    "activity_trend",
    "aging_table",
    "aging_trend",
    "average_days_delinquent",
    "behaviour_trend",
    "best_possible_dso",
    "categorise",
    "category_matrix",
    "closing_rates",
    "collection_effectiveness_index",
    "countback_dso",
    "credit_balances",
    "cure_rates",
    "days_beyond_terms",
    "deteriorating_payers",
    "dso",
    "evidence",
    "explain_changes",
    "explain_dso",
    "freeze",
    "group_behaviour",
    "hhi",
    "kpi_trend",
    "kpis",
    "late_entries",
    "loss_rates",
    "make_ledger",
    "median_days_to_pay",
    "migration",
    "movements",
    "open_export",
    "open_items",
    "past_due_ratio",
    "payment_behaviour",
    "plausibility",
    "read_ledger",
    "reconcile",
    "require_reconciled",
    "resource",
    "roll_forward",
    "roll_rates",
    "sample_ledger",
    "statement",
    "inactive_past_due",
    "tie_out",
    "time_to_pay",
    "top_10_share",
    "translated",
    "vintage",
    "worklist",
)
ROOMS_OF_MEASURES = ("arkit.aging", "arkit.kpi", "arkit.credit", "arkit.cash", "arkit.collection")

Documented = Callable[..., object]


def is_measure(thing: Documented) -> bool:
    return inspect.isfunction(thing) and thing.__module__.startswith(ROOMS_OF_MEASURES)


def needed(thing: Documented) -> set[str]:
    """Sections that the docstring must have."""
    if inspect.isclass(thing) and issubclass(thing, ArkitError):
        return set()
    return {"Examples", "Returns", "References"} if is_measure(thing) else {"Examples"}


def sections(text: str) -> set[str]:
    """Sections of a numpydoc docstring; notes count as the place of the source."""
    found = set(re.findall(r"^(\w[\w ]*)\n-{3,}$", inspect.cleandoc(text), flags=re.MULTILINE))
    return found | ({"References"} if "Notes" in found else set())


def examples(thing: Documented) -> list[str]:
    """Lines of the docstring that doctest executes."""
    found = doctest.DocTestParser().get_examples(thing.__doc__ or "")
    return [each.source for each in found if not each.options.get(doctest.SKIP)]


CALLABLE = [name for name in arkit.__all__ if callable(getattr(arkit, name))]


def test_the_public_names_are_these() -> None:
    assert sorted(arkit.__all__) == sorted(PUBLIC_NAMES)


def test_every_public_name_can_be_had() -> None:
    assert [name for name in arkit.__all__ if not hasattr(arkit, name)] == []


@pytest.mark.parametrize("name", CALLABLE)
def test_a_public_name_begins_with_a_sentence(name: str) -> None:
    first = (getattr(arkit, name).__doc__ or "").strip().splitlines()[0]
    assert first.endswith((".", ":"))


@pytest.mark.parametrize("name", CALLABLE)
def test_a_public_name_has_the_sections_it_needs(name: str) -> None:
    thing = getattr(arkit, name)
    assert needed(thing) - sections(thing.__doc__ or "") == set()


@pytest.mark.parametrize("name", CALLABLE)
def test_a_public_name_has_an_example_that_runs(name: str) -> None:
    thing = getattr(arkit, name)
    assert examples(thing) or not needed(thing)


def asks_a_ledger(thing: Documented) -> bool:
    """What takes finished tables takes their day with them."""
    return is_measure(thing) and "ledger" in inspect.signature(thing).parameters


@pytest.mark.parametrize("name", [name for name in CALLABLE if asks_a_ledger(getattr(arkit, name))])
def test_a_measure_takes_its_day_by_name_and_without_default(name: str) -> None:
    as_of = inspect.signature(getattr(arkit, name)).parameters["as_of"]
    assert (as_of.kind, as_of.default) == (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty)


def test_a_docstring_without_sections_is_found() -> None:
    def bare() -> None:
        """Do something."""

    assert needed(bare) - sections(bare.__doc__ or "") == {"Examples"}
    assert examples(bare) == []


def test_a_skipped_example_does_not_count() -> None:
    def skipped() -> None:
        """Do something.

        Examples
        --------
        >>> 1 / 0  # doctest: +SKIP
        """

    assert sections(skipped.__doc__ or "") == {"Examples"}
    assert examples(skipped) == []
