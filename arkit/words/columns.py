"""The vocabulary: names and kinds of columns, item and entry types, and what a reader sees of a stored code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from arkit.words.catalogue import has_text, text

Kind = Literal[
    "text",
    "code",
    "date",
    "amount",
    "ratio",
    "days",
    "months",
    "seconds",
    "count",
    "number",
    "times",
    "rate",
    "deviations",
    "link",
]
"""What a column holds. A code is stored as it is and shown in words; a link is a file beside the page or workbook."""
TEXT_KINDS: Final = ("text", "code", "date", "link")
"""Kinds that are set like text, to the left."""

ITEM_TYPES: Final = ("invoice", "debit_note", "credit_note", "receipt", "journal")
BILLING_TYPES: Final = ("invoice", "debit_note", "credit_note")
ENTRY_TYPES: Final = (
    "original",
    "application",
    "settlement",
    "discount",
    "write_off",
    "exchange",
    "transfer",
    "correction",
)
MARK_KINDS: Final = ("dispute", "promise", "hold", "plan")

NOT_DUE: Final = "not due"
UNAPPLIED: Final = "unapplied"
ALL_ENTITIES: Final = "all"
DEFAULT_ENTITY: Final = "main"


@dataclass(frozen=True)
class Column:
    """What a reader sees of a column: its title, and the kind that decides format and alignment."""

    title: str
    kind: Kind = "text"


_NAMES: Final[dict[Kind, str]] = {
    "text": """
        item_id document_id entity account customer_id name currency base_currency counterpart_item_id reference
        terms salesperson contract industry size country collector disputed kpi title formula
        definition source document_currency reporting_currency abc_class class_of_exposure class_of_sales
        on_time_before pooled rules evidence recommendation began ended oldest_item otherwise_pays deteriorating
        billings_fell season_allowed next_step reasons setting value code table message reason about
    """,
    "code": """
        item_type entry_type bucket bucket_before status verdict unit good basis movement loss_basis line rate_way
        category category_before customers_are against_history moved aspect stage action reconciliation customers_are
    """,
    "date": """
        document_date due_date original_due_date effective_on recorded_on as_of settled_on billing_month rate_on
        last_payment inactive_since oldest_due promise
    """,
    "amount": """
        original_amount open_amount base_open_amount amount base_amount balance gross net unapplied excluded
        rounding control_total difference gl_balance gl_difference posted_after_cut_off unexplained customer_credit
        sum_of_entities group this_month last_month last_year past_due sales before change rolled stayed cured
        written_off transferred expected_loss billed opening credit_notes cash settlements discounts write_offs
        exchange transfers corrections journals applied aged_in aged_out regrouped netted translation closing
        published now from_policy from_input from_late from_corrections receipts billed_amount settled_amount
        recent_amount paid_amount disputed_amount inactive_amount paid_before paid_recent billed_before
        billed_recent cash_gap priority_amount credit_limit
    """,
    "ratio": """
        past_due_share share survival roll_rate roll_rate_items cure_rate cure_rate_items loss_rate on_time_share
        on_time_share_amount recent_on_time_share part_paid_share open_share sales_share on_time_least on_time_most
        inactive_share chance_late insured_share limit_use
    """,
    "days": """
        days_past_due days_outstanding dso dso_before dso_change from_sales_timing from_terms from_early_payment
        from_delinquency median_days_to_pay days_late days_late_median days_late_spread days_late_worst
        days_late_trend longest_silence oldest_days days_late_least days_late_most days_late_before days_late_recent
        stage_days
    """,
    "months": "months_of_history",
    "seconds": "seconds",
    "count": """
        items rows days_to_record months day at_risk settled censored rolled_items stayed_items cured_items
        written_off_items transferred_items age_months settled_items late_open_items payments disputed_items windows
        customers history_months recent_months rank source_row version findings excluded_rows
    """,
    "number": "payments_per_month",
    "times": "payments_before payments_recent",
    "rate": "rate p_value q_value",
    "deviations": "amount_trend frequency_trend delay_trend",
    "link": "report",
}
KINDS: Final[dict[str, Kind]] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""The kind of each column of the vocabulary, by its name. Titles are in ``columns.toml`` of each language."""


def column(name: str) -> Column:
    """What a reader sees of a column; a name outside the vocabulary (a bucket label) is an amount.

    >>> column("due_date")
    Column(title='Due date', kind='date')
    >>> column("31-60").kind
    'amount'
    """
    return Column(text(f"columns.{name}"), KINDS[name]) if name in KINDS else Column(shown_value(name), "amount")


def shown_value(value: str, name: str = "") -> str:
    """What a reader sees of a stored code; what is not a code, such as a category of one's own, is shown as it is.

    Parameters
    ----------
    value
        A bucket label, an item type, a status, a movement, a category, a unit ...
    name
        The column that holds it: a few codes mean something else in another column.

    Examples
    --------
    >>> from arkit.words.catalogue import speaking
    >>> with speaking("ru"):
    ...     shown_value("not due"), shown_value("over 90"), shown_value("new"), shown_value("new", "category")
    ('срок не наступил', 'свыше 90', 'новая', 'новый')
    """
    key = next((key for key in (f"values.{name}.{value}", f"values.{value}") if has_text(key)), "")
    if key:
        return text(key)
    start, _, days = value.partition(" ")
    return text("values.over", days=days) if start == "over" and days.isdigit() else value
