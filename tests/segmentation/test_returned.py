"""A payment that came back was no payment, from the day on which it came back: in every number about paying."""

import pytest

import arkit as ar
from arkit.aging.returned import returned_payments
from tests.literal import ledger_of

pytestmark = pytest.mark.usefixtures("engine")

COVERS = ("2025-01-01", "2026-12-31")
ITEMS = "item_id document_date due_date amount\nA 2026-01-01 2026-02-05 100"
BOUNCED = "payment_id item_id effective_on amount\n1 A 2026-02-01 100\n2 A 2026-02-10 -100\n3 A 2026-03-01 100"
KPIS = ("on_time_share", "days_beyond_terms", "average_days_to_pay", "expected_days_to_pay")


def kpis(ledger: ar.Ledger, day: str) -> list[float | None]:
    values = ar.kpis(ledger, as_of=day, names=KPIS).set_index("kpi")["value"].reindex(KPIS)
    return values.astype(object).where(values.notna(), None).tolist()


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-02-09", [1, -4, 31, 31]),  # nobody knows better yet
        ("2026-02-10", [0, None, None, None]),
        ("2026-03-31", [0, 24, 59, 59]),
    ],
)
def test_kpis_take_it_for_no_payment_once_it_came_back(day: str, found: list) -> None:
    assert kpis(ledger_of(ITEMS, payments=BOUNCED, covers=COVERS), day) == found


def test_days_between_payment_and_return_are_days_on_which_it_was_owed() -> None:
    """Of 200 half is paid after 31 and half after 71 days: without the first, which came back, all after 71."""
    items = ITEMS + "\nB 2026-01-01 2026-02-05 100"
    ledger = ledger_of(items, payments=BOUNCED + "\n4 B 2026-03-13 100", covers=COVERS)
    assert kpis(ledger, "2026-03-31")[3] == 59 + 12 / 2


@pytest.mark.parametrize(
    ("day", "found"), [("2026-02-09", (1, 100, -4)), ("2026-02-10", (0, 0, 5)), ("2026-03-31", (1, 100, 24))]
)
def test_payment_behaviour_agrees(day: str, found: tuple) -> None:
    [row] = ar.payment_behaviour(ledger_of(ITEMS, payments=BOUNCED, covers=COVERS), as_of=day).to_dict("records")
    assert (row["payments"], row["paid_amount"], row["days_late"]) == found
    assert row["part_paid_share"] != 1


def test_debt_that_only_a_returned_payment_reduced_is_inactive() -> None:
    ledger = ledger_of(ITEMS, payments=BOUNCED.rsplit("\n", 1)[0], covers=COVERS)
    [row] = ar.inactive_past_due(ledger, as_of="2026-08-31").to_dict("records")
    assert (row["inactive_amount"], row["otherwise_pays"]) == (100, False)
    assert row["inactive_since"].isoformat()[:10] == "2026-02-05"


def test_the_last_payment_comes_back_first() -> None:
    items = "item_id item_type document_date due_date amount\nA invoice 2026-01-01 2026-02-05 400\n"
    items += "P receipt 2026-01-10 2026-01-10 -400"
    applications = (
        "item_id counterpart_item_id effective_on amount\n"
        "A P 2026-02-01 100\nA P 2026-02-10 200\nA P 2026-02-20 -250\nA P 2026-02-25 30\nA P 2026-02-28 -80"
    )
    ledger = ledger_of(items, applications=applications, covers=COVERS)
    pairs = returned_payments(ledger).select("paid_day", "returned_day", "amount").rows()
    days = {20485: "02-01", 20494: "02-10", 20504: "02-20", 20509: "02-25", 20512: "02-28"}
    assert [(days[paid], days[back], amount / 100) for paid, back, amount in pairs] == [
        ("02-01", "02-20", 50),
        ("02-01", "02-28", 50),
        ("02-10", "02-20", 200),
        ("02-25", "02-28", 30),
    ]
