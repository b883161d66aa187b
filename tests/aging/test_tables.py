"""Open items, aging, statement, evidence and reconciliation of small books, worked out by hand."""

from datetime import date

import pandas as pd
import pytest

import arkit as ar
from arkit.aging.open_items import held_amounts
from arkit.errors import ReconciliationError, TooManyFaultsError, UnknownNameError
from tests.literal import aged, ledger_of, open_amounts

pytestmark = pytest.mark.usefixtures("engine")

COVERS = ("2026-01-01", "2026-06-30")
DAY = "2026-03-31"
BOOK = """
item_id document_id entity account customer_id item_type   document_date due_date   salesperson currency amount
A       DA          ES     4300    C1          invoice     2026-01-01    2026-01-31 Ann         EUR      100
B       DB          ES     4300    C2          invoice     2026-02-10    2026-03-12 Bob         EUR      200
C       DC          ES     4310    C2          debit_note  2026-03-20    2026-04-19 -           EUR      50
R       DR          ES     4300    C1          receipt     2026-03-01    2026-03-01 -           EUR      -130
U       DU          DE     4300    C2          invoice     2025-10-01    2025-10-31 Ann         USD      70
"""
APPLIED = "item_id counterpart_item_id effective_on recorded_on amount\nA R 2026-03-05 2026-03-06 90"


@pytest.fixture(scope="module")
def ledger(engine: str) -> ar.Ledger:
    customers = "customer_id name industry valid_from\nC1 Alfa steel -\nC2 Beta paper -\nC2 Beta steel 2026-03-01"
    marks = "item_id customer_id kind from to\nB - dispute 2026-03-15 2026-04-01\nA - promise 2026-03-01 -"
    return ledger_of(BOOK, applications=APPLIED, customers=customers, marks=marks, covers=("2025-10-01", "2026-06-30"))


# Open items


def test_open_items_are_sorted_and_complete(ledger: ar.Ledger) -> None:
    items = ar.open_items(ledger, as_of=DAY)
    columns = [
        "entity",
        "customer_id",
        "name",
        "item_id",
        "days_past_due",
        "days_outstanding",
        "open_amount",
        "disputed",
    ]
    assert items[columns].to_numpy().tolist() == [
        ["DE", "C2", "Beta", "U", 151, 181, 70, False],
        ["ES", "C1", "Alfa", "A", 59, 89, 10, False],
        ["ES", "C1", "Alfa", "R", 30, 30, -40, False],
        ["ES", "C2", "Beta", "B", 19, 49, 200, True],
        ["ES", "C2", "Beta", "C", -19, 11, 50, False],
    ]
    assert items["bucket"].astype(str).tolist() == ["over 90", "31-60", "unapplied", "1-30", "not due"]
    assert items["bucket"].cat.ordered


@pytest.mark.parametrize(
    ("marks", "held"),
    [
        ("B - dispute 2026-03-15 - - 10.005", {"B": 10_01}),
        ("B - dispute 2026-03-15 - - -\nB - dispute 2026-03-15 - - 10", {"B": 200_00}),
        ("- C2 dispute 2026-03-15 - - -", {"B": 200_00, "C": 50_00, "U": 70_00}),
        ("- C2 dispute 2026-03-15 - - 10", {"U": 10_00}),
        ("- C2 dispute 2026-03-15 - - 10\nU - dispute 2026-03-15 - - 65", {"U": 70_00}),
        ("A - promise 2026-03-01 - 2026-03-31 4", {"A": 4_00}),
        ("A - promise 2026-03-01 - 2026-03-30 4\nA - hold 2026-03-01 - - -", {}),
    ],
)
def test_a_flag_holds_its_item_or_its_amount_only(marks: str, held: dict[str, int], engine: str) -> None:
    marks = f"item_id customer_id kind from to promised_on amount\n{marks}"
    flagged = ledger_of(BOOK, applications=APPLIED, marks=marks, covers=("2025-10-01", "2026-06-30"))
    found = held_amounts(flagged, date(2026, 3, 31), "dispute", "promise")
    assert dict(found.select("item_id", "held").iter_rows()) == held


@pytest.mark.parametrize(("day", "disputed"), [("2026-03-14", []), ("2026-03-15", ["B"]), ("2026-04-01", [])])
def test_a_dispute_lasts_until_the_day_before_it_ends(ledger: ar.Ledger, day: str, disputed: list[str]) -> None:
    items = ar.open_items(ledger, as_of=day)
    assert items[items["disputed"]]["item_id"].tolist() == disputed


def test_a_day_on_which_nothing_is_open() -> None:
    text = "item_id document_date due_date amount settled_on\nA 2026-01-05 2026-01-31 100 2026-01-20"
    ledger = ledger_of(text, shape="settled", covers=("2026-01-01", "2026-01-31"))
    for day in ("2026-01-04", "2026-01-20"):
        assert ar.open_items(ledger, as_of=day).empty
        assert ar.aging_table(ledger, as_of=day).empty
        assert ar.evidence(ledger, as_of=day).empty
        assert ar.require_reconciled(ledger, as_of=day)["gross"].sum() == 0


# Aging


def test_aging_by_columns_of_items_and_customers(ledger: ar.Ledger) -> None:
    by_industry = ar.aging_table(ledger, as_of=DAY, by="industry").set_index(["industry", "currency"])["net"]
    assert by_industry.to_dict() == {("steel", "EUR"): 220, ("steel", "USD"): 70}
    before = ar.aging_table(ledger, as_of="2026-02-28", by="industry").set_index(["industry", "currency"])["net"]
    assert before.to_dict() == {("paper", "EUR"): 200, ("paper", "USD"): 70, ("steel", "EUR"): 100}


def test_aging_by_one_column_twice_is_by_it_once(ledger: ar.Ledger) -> None:
    once = ar.aging_table(ledger, as_of=DAY, by="entity")
    pd.testing.assert_frame_equal(ar.aging_table(ledger, as_of=DAY, by=["entity", "entity", "currency"]), once)


def test_aging_in_base_currency() -> None:
    ledger = ledger_of(
        """
        item_id document_date due_date   currency base_currency exchange_rate amount
        A       2026-01-01    2026-01-31 USD      EUR           0.9           100
        B       2026-01-01    2026-01-31 GBP      EUR           1.2           10
        """
    )
    assert aged(ledger, "2026-01-01", of="base_open_amount") == {"not due": 102}
    for by in ("currency", ["currency", "base_currency"]):
        table = ar.aging_table(ledger, as_of="2026-01-01", by=by, of="base_open_amount")
        assert table.set_index("currency")["net"].to_dict() == {"GBP": 12, "USD": 90}
        assert table["base_currency"].tolist() == ["EUR", "EUR"]
    assert ar.aging_table(ledger, as_of="2026-01-01", by="base_currency", of="base_open_amount")["net"].tolist() == [
        102
    ]


@pytest.mark.parametrize("how", [{"by": "colour"}, {"by": "item"}, {"of": "weight"}])
def test_what_does_not_exist_is_refused(ledger: ar.Ledger, how: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="Known: "):
        ar.aging_table(ledger, as_of=DAY, **how)  # type: ignore[arg-type]


def test_the_last_bucket_has_no_end() -> None:
    ledger = ledger_of(
        "item_id document_date due_date amount\nA 1901-01-01 1901-01-31 100", covers=("1901-01-01", "2199-12-31")
    )
    assert aged(ledger, "2199-12-31") == {"over 90": 100}


# Netting


def test_netting_pays_the_oldest_first_within_customer_entity_account_and_currency() -> None:
    ledger = ledger_of(
        """
        item_id entity item_type document_date due_date   amount
        A       ES     invoice   2026-01-01    2026-01-31 100
        B       ES     invoice   2026-01-01    2026-03-15 100
        C       DE     invoice   2026-01-01    2026-01-31 100
        R       ES     receipt   2026-02-01    2026-02-01 -130
        """,
        covers=COVERS,
    )
    netted = ar.Policy(unapplied="net")
    assert aged(ledger, DAY, policy=netted) == {"1-30": 70, "31-60": 100}
    assert ar.open_items(ledger, as_of=DAY, policy=netted).set_index("item_id")["open_amount"].to_dict() == {
        "B": 70,
        "C": 100,
    }


def test_an_advance_is_netted_with_the_debts_on_other_accounts_after_those_on_its_own() -> None:
    """Of 150 in advance 20 are owed on its own account; the rest pays the oldest on the other, where a credit stays."""
    ledger = ledger_of(
        """
        item_id account item_type   document_date due_date   amount
        A       120     invoice     2026-01-01    2026-01-31 100
        B       120     invoice     2026-01-01    2026-03-15 100
        C       209     debit_note  2026-01-01    2026-01-31 20
        R       209     receipt     2026-02-01    2026-02-01 -150
        N       130     credit_note 2026-02-01    2026-02-01 -5
        """,
        covers=COVERS,
    )
    stated = ar.Policy(unapplied="net", advances_accounts=["209"])
    assert open_amounts(ledger, DAY, policy=stated) == {"B": 70, "N": -5}
    # Found to hold nothing but credits is not stated to be advances.
    assert open_amounts(ledger, DAY, policy=ar.Policy(unapplied="net"))["R"] == -130
    proof = ar.reconcile(ledger, as_of=DAY, policy=stated).set_index("account")
    assert proof.loc["209", ["gross", "unapplied", "difference"]].tolist() == [0, -130, 0]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_netting_of_one_due_day_is_by_number_and_not_by_row(order: tuple[int, ...]) -> None:
    rows = [
        "A invoice 2026-01-01 2026-01-31 100 Ann",
        "B invoice 2026-01-01 2026-01-31 100 Bob",
        "R receipt 2026-02-01 2026-02-01 -100 -",
    ]
    header = "item_id item_type document_date due_date amount salesperson"
    ledger = ledger_of("\n".join([header, *(rows[place] for place in order)]), covers=COVERS)
    netted = ar.aging_table(ledger, as_of=DAY, by="salesperson", policy=ar.Policy(unapplied="net"))
    assert netted.set_index("salesperson")["net"].to_dict() == {"Bob": 100}


def test_netting_with_a_difference_of_exchange_left_in_base_currency() -> None:
    """An invoice that is settled in its currency but not in base: nothing to net, and nothing to divide by."""
    ledger = ledger_of(
        """
        item_id document_date due_date   currency base_currency base_amount amount
        A       2026-01-01    2026-01-31 USD      EUR           90          100
        B       2026-01-01    2026-01-31 USD      EUR           90          100
        R       2026-01-05    2026-01-05 USD      EUR           -21         -25
        """,
        entries="item_id entry_type effective_on amount base_amount\nA settlement 2026-02-01 -100 -85",
        covers=COVERS,
    )
    netted = ar.Policy(unapplied="net")
    items = ar.open_items(ledger, as_of=DAY, policy=netted)
    assert items[["item_id", "open_amount", "base_open_amount"]].to_numpy().tolist() == [["B", 75, 67.5]]
    assert aged(ledger, DAY, policy=netted, of="base_open_amount") == {"31-60": 67.5, "unapplied": 1.5}


# Evidence


def test_evidence_by_any_kind_of_key(ledger: ar.Ledger) -> None:
    def amount(**keys: object) -> float:
        return float(ar.evidence(ledger, as_of=DAY, **keys)["amount"].sum())

    assert amount(bucket="31-60", currency="EUR") == 10
    assert amount(due_date=date(2026, 3, 12)) == 200
    assert amount(salesperson=None, currency="EUR") == amount(salesperson=float("nan"), currency="EUR") == 10
    assert amount(industry="steel", entity="ES") == 220
    assert amount(customer_id="nobody") == 0


@pytest.mark.parametrize("keys", [{"bucket": "91-120"}, {"colour": "red"}])
def test_evidence_of_what_does_not_exist_is_refused(ledger: ar.Ledger, keys: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="Known: "):
        ar.evidence(ledger, as_of=DAY, **keys)


# Statement


def test_a_statement_runs_from_its_opening_balance(ledger: ar.Ledger) -> None:
    lines = ar.statement(ledger, as_of=DAY, customer_id="C1", first="2026-02-01")
    assert lines[["entry_type", "amount", "balance"]].to_numpy().tolist() == [
        ["opening", 100, 100],
        ["original", -130, -30],
    ]


def test_an_application_between_customers_is_on_both_statements() -> None:
    ledger = ledger_of(
        BOOK, applications="item_id counterpart_item_id effective_on amount\nB R 2026-03-05 30", covers=COVERS
    )
    payer = ar.statement(ledger, as_of=DAY, customer_id="C1")
    owing = ar.statement(ledger, as_of=DAY, customer_id="C2").query("currency == 'EUR'")
    assert payer["balance"].tolist() == [100, -30, 0]
    assert owing["balance"].tolist() == [200, 170, 220]


def test_half_an_application_moves_the_balance() -> None:
    """Only the leg on the invoice can be used; the statement still ends with what is open."""
    entries = """
    item_id entry_type  effective_on amount counterpart_item_id
    A       application 2026-03-05   -90    R
    R       application 2026-03-05   x      A
    """
    ledger = ledger_of(BOOK, entries=entries, covers=COVERS)
    assert ar.statement(ledger, as_of=DAY, customer_id="C1")["balance"].tolist()[-1] == -120
    assert ar.aging_table(ledger.where(customer_id="C1"), as_of=DAY)["net"].tolist() == [-120]


def test_a_statement_of_nobody_is_refused(ledger: ar.Ledger) -> None:
    with pytest.raises(UnknownNameError, match=r"no customer 'C9'. Known: C1, C2"):
        ar.statement(ledger, as_of=DAY, customer_id="C9")


# Reconciliation

GL = """
entity account date       currency balance
ES     4300    2026-03-31 EUR      {0}
ES     4310    2026-03-31 EUR      50
DE     4300    2026-03-31 USD      70
"""
ROWS = "item_id entry_type effective_on recorded_on amount\n"


def line(balance: float, entries: str = "", policy: ar.Policy | None = None) -> dict[str, object]:
    """The line of account 4300 in Spain, whose items are 170 without further entries."""
    others = {"entries": ROWS + entries} if entries else {}
    ledger = ledger_of(BOOK, applications=APPLIED, gl=GL.format(balance), covers=("2025-10-01", "2026-06-30"), **others)
    table = ar.reconcile(ledger, as_of=DAY, policy=policy)
    assert table["difference"].eq(0).all()
    return next(row for row in table.to_dict("records") if (row["entity"], row["account"]) == ("ES", "4300"))


@pytest.mark.parametrize(
    ("balance", "entries", "unexplained", "status"),
    [
        (170, "", 0, "reconciled"),
        (160, "", 10, "general ledger differs"),
        (180, "", -10, "general ledger differs"),
        # Recorded after the day: the general ledger of the day may lack it, or have it since.
        (170, "B write_off 2026-03-30 2026-04-05 -20", 0, "reconciled"),
        (150, "B write_off 2026-03-30 2026-04-05 -20", 0, "reconciled"),
        (145, "B write_off 2026-03-30 2026-04-05 -20", 5, "general ledger differs"),
        # Set apart here, booked there.
        (165, "B gift 2026-03-30 2026-03-30 -5", 0, "reconciled"),
    ],
)
def test_the_general_ledger_is_explained(balance: float, entries: str, unexplained: float, status: str) -> None:
    found = line(balance, entries)
    assert (found["gl_balance"], found["unexplained"], found["status"]) == (balance, unexplained, status)


@pytest.mark.parametrize(("tolerance", "status"), [(9.99, "general ledger differs"), (10, "reconciled")])
def test_the_tolerance_of_the_policy(tolerance: float, status: str) -> None:
    assert line(160, policy=ar.Policy(gl_tolerance=tolerance))["status"] == status


def test_without_a_balance_of_the_day_there_is_nothing_to_explain(ledger: ar.Ledger) -> None:
    table = ar.require_reconciled(ledger, as_of=DAY)
    assert table[["gl_balance", "gl_difference", "unexplained"]].isna().all(axis=None)


def test_an_account_of_the_general_ledger_without_items_is_a_line() -> None:
    ledger = ledger_of(BOOK, gl="entity account date currency balance\nES 9999 2026-03-31 EUR 5", covers=COVERS)
    with pytest.raises(ReconciliationError, match=r"ES 9999 EUR: -5\.00 unexplained difference to the general ledger"):
        ar.require_reconciled(ledger, as_of=DAY)


def test_too_much_money_excluded_stops_the_month_end() -> None:
    policy = ar.Policy(name="strict", stop_share_of_rows=1, stop_share_of_amount=0.05)
    entries = ROWS + "B gift 2026-03-30 2026-03-30 -50"
    ledger = ledger_of(BOOK, entries=entries, covers=COVERS)
    with pytest.raises(
        TooManyFaultsError, match=r"amounts in EUR had to be excluded; the policy 'strict' allows 5\.0%"
    ):
        ar.require_reconciled(ledger, as_of=DAY, policy=policy)
    assert len(ar.require_reconciled(ledger, as_of=DAY, policy=ar.Policy(stop_share_of_rows=1, stop_share_of_amount=1)))
