"""Payments: what they name is paid, the oldest instalment first; what comes back is owed again.

A payment that comes back (a negative one) opens its document again from its day on, with the due date that it had::

    2026-01-10   invoice A       1,000
    2026-02-10   payment P         300     A   700
    2026-02-20   P returned       -300     A 1,000: no item of its own, and nothing begins to age on this day

A refund pays out a credit note in the same way. What comes back without naming a document is taken from what is on
account.
"""

from typing import Final

import polars as pl

from arkit.build.entries import NOTHING, application_legs
from arkit.build.items import KEYS, Items
from arkit.model.findings import combine, find
from arkit.model.money import proportion

_STRETCH: Final = ["names", "entity", "currency"]
_OWN: Final = [key for key in KEYS if key not in _STRETCH]
_OWED: Final = {name: f"{name}_owed" for name in ("item", "item_id", *_OWN)}
_ALIKE: Final = [*_STRETCH, "size"]


def pay_documents(receipts: Items, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The applications of payments and of what came back, and the findings on them.

    What names an item comes before what names its document; within a document the instalment that is due first is paid
    first, and what comes back opens the last one that was paid.
    """
    named = receipts.usable.filter(pl.col("names").is_not_null()).with_columns(size=pl.col("amount").abs())
    # Applied without what came back, to know which instalments were paid and are open again; then once more with these
    # as debts, so that later payments find them.
    paid, back = named.filter(pl.col("amount") < 0), named.filter(pl.col("amount") > 0)
    debts = items.filter(pl.col("amount") > 0).with_columns(size="amount")
    applied, opened = _paid_of(paid, debts), combine()
    came_back = _came_back(back, items, applied)
    if came_back.height:
        opened = _beyond(came_back, applied)
        applied = _paid_of(paid, pl.concat([debts, _owed_again(came_back, debts)], how="diagonal_relaxed"))
    on_account, left = _on_account(receipts.usable)
    legs = [_legs(part) for part in (applied, *_taken_back(came_back, _equal_pairs(paid, back)), on_account)]
    return pl.concat(legs), combine(opened, left, _on_credits(paid, items))


def _paid_of(paid: pl.DataFrame, debts: pl.DataFrame) -> pl.DataFrame:
    """What each payment pays of each debt: what names an item first, then what names its document."""
    # What is owed again is a second debt of the same item, so debts are counted by row.
    owed = debts.with_columns(names="item_id").with_row_index("debt")
    of_items = overlaps(paid.filter(pl.col("by") == "item"), owed)
    gone = of_items.group_by("debt").agg(pl.col("applied").sum())
    left = pl.col("size") - pl.col("applied").fill_null(0)
    rest = owed.join(gone, on="debt", how="left").with_columns(names="document_id", size=left)
    of_documents = overlaps(paid.filter(pl.col("by") == "document"), rest.filter(pl.col("size") > 0).drop("applied"))
    return pl.concat([of_items, of_documents], how="diagonal_relaxed")


def _came_back(back: pl.DataFrame, items: pl.DataFrame, applied: pl.DataFrame) -> pl.DataFrame:
    """Of which item each payment came back: of the one that it names, or of the last that was paid of its document."""
    owed = items.with_columns(size=pl.col("amount").abs())
    of_items = _of_item(back.filter(pl.col("by") == "item"), owed.with_columns(names="item_id"))
    of_document = back.filter(pl.col("by") == "document")
    if of_document.is_empty():
        return of_items
    sums = applied.group_by(item="item_owed").agg(paid_before=pl.col("applied").sum())
    owed = owed.with_columns(names="document_id").join(sums, on="item", how="left", maintain_order="left")
    was_paid = pl.when(pl.col("amount") > 0).then(pl.col("paid_before").fill_null(0)).otherwise("size")
    before = owed.with_columns(size=was_paid).filter(pl.col("size") > 0).drop("paid_before")
    pieces = overlaps(of_document, before, last_first=True)
    done = pieces.group_by("item").agg(done=pl.col("applied").sum())
    rest = of_document.join(done, on="item", how="left", maintain_order="left")
    rest = rest.with_columns(size=pl.col("size") - pl.col("done").fill_null(0)).filter(pl.col("size") > 0).drop("done")
    # More came back than was paid: the rest is owed on the instalment that is due first.
    first = owed.drop("paid_before").sort("due_date", "item_id").unique(_STRETCH, keep="first", maintain_order=True)
    return pl.concat([of_items, pieces, _of_item(rest, first)], how="diagonal_relaxed")


def _of_item(back: pl.DataFrame, owed: pl.DataFrame) -> pl.DataFrame:
    """The whole of each payment that came back on the item that it names."""
    others = owed.select(*_STRETCH, *_named_owed(owed))
    pairs = back.join(others, on=_STRETCH, maintain_order="left").with_columns(applied="size")
    return pairs.with_columns(effective_on=pl.max_horizontal("effective_on", "document_date_owed"))


def _named_owed(owed: pl.DataFrame) -> list[pl.Expr]:
    kept = (*_OWED, "amount", "document_date", "due_date", "document_id", "size")
    return [pl.col(name).alias(f"{name}_owed") for name in kept if name in owed.columns]


def _owed_again(came_back: pl.DataFrame, debts: pl.DataFrame) -> pl.DataFrame:
    """What came back as debts of its item from that day on, so that a later payment can pay them."""
    again = came_back.select(item="item_owed", size="applied", document_date="effective_on")
    return again.join(debts.drop("size", "document_date"), on="item", maintain_order="left")


def _equal_pairs(paid: pl.DataFrame, back: pl.DataFrame) -> pl.DataFrame:
    """Which payment came back: the last one before it of the same name and amount that has not come back yet.

    A payment opens a bracket and one that came back closes it, so that within each depth of brackets they alternate.
    """
    columns = (*_ALIKE, "item", "item_id", *_OWN, "effective_on")
    steps = [rows.select(columns).with_columns(step=pl.lit(step)) for rows, step in ((paid, 1), (back, -1))]
    # On one day the payment comes before its return.
    moves = pl.concat(steps, how="vertical_relaxed").sort("effective_on", pl.col("step") < 0, "item_id")
    moves = moves.with_columns(depth=pl.col("step").cum_sum().over(_ALIKE) + (pl.col("step") < 0)).filter(
        pl.col("depth") > 0
    )
    level = [*_ALIKE, "depth", "step"]
    moves = moves.with_columns(turn=pl.int_range(pl.len()).over(level))
    closed = moves.filter(pl.col("step") < 0).select(*_ALIKE, "depth", "turn", back="item")
    opened = moves.filter(pl.col("step") > 0).select(
        *_ALIKE, "depth", "turn", **{f"{name}_paid": pl.col(name) for name in _OWED}
    )
    return closed.join(opened, on=[*_ALIKE, "depth", "turn"]).drop(*_ALIKE, "depth", "turn")


def _taken_back(came_back: pl.DataFrame, pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """What came back as applications: through the payment that it takes back where that is known, else directly."""
    rows = came_back.join(pairs, left_on="item", right_on="back", how="left", maintain_order="left")
    known = pl.col("item_paid").is_not_null()
    payment = {name: pl.col(f"{name}_paid") for name in _OWED}
    returned = {f"{name}_owed": pl.col(name) for name in _OWED}
    direct = rows.filter(~known).with_columns(-pl.col("applied"))
    # Two applications: the payment leaves the document, and what came back uses up the payment.
    of_document = rows.filter(known).with_columns(-pl.col("applied"), **payment)
    of_payment = rows.filter(known).with_columns(**returned).with_columns(**payment)
    return [direct, of_document, of_payment]


def _on_account(receipts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What came back without naming a document, taken from what is on account; and a finding on what is left of it."""
    account = pl.concat_str(pl.col("customer_id", "account").cast(pl.String).fill_null(""), separator="\x1f")
    rows = receipts.filter(pl.col("names").is_null()).with_columns(names=account, size=pl.col("amount").abs())
    back = rows.filter(pl.col("amount") > 0)
    pieces = overlaps(rows.filter(pl.col("amount") < 0), back)
    done = pieces.group_by(item="item_owed").agg(done=pl.col("applied").sum())
    left = back.join(done, on="item", how="left", maintain_order="left")
    left = left.filter(pl.col("size") > pl.col("done").fill_null(0))
    return pieces, find("returned_on_account", left, table="payments", value="item_id")


def _beyond(came_back: pl.DataFrame, applied: pl.DataFrame) -> pl.DataFrame:
    """Findings on items of which more came back than was paid."""
    sums = applied.group_by("item_owed").agg(paid_before=pl.col("applied").sum())
    back = came_back.filter(pl.col("amount_owed") > 0).with_columns(back=pl.col("applied").sum().over("item_owed"))
    rows = back.join(sums, on="item_owed", how="left", maintain_order="left")
    rows = rows.filter(pl.col("back") > pl.col("paid_before").fill_null(0)).unique("item_owed", keep="last")
    return find("returned_unpaid", rows, table="payments", value="item_id_owed")


def _on_credits(paid: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    credits = items.filter(pl.col("amount") < 0)["item_id"]
    rows = paid.filter((pl.col("by") == "item") & pl.col("names").is_in(credits.implode()))
    return find("payment_on_credit_note", rows, table="payments", value="names")


def _legs(pieces: pl.DataFrame) -> pl.DataFrame:
    """Pieces as applications: the item is what was owed, the counterpart the receipt, whose keys are unnamed here."""
    share = proportion(pl.col("base_amount"), part=pl.col("applied").abs(), whole=pl.col("amount")).abs()
    own = {key: f"{key}_owed" for key in _OWN}
    return application_legs(
        pieces.with_columns(
            amount="applied",
            amount_rest=NOTHING,
            base_amount=share * pl.col("applied").sign(),
            counterpart="item",
            counterpart_item_id="item_id",
            item="item_owed",
            item_id="item_id_owed",
            **own,
            **{f"{key}_other": pl.col(key) for key in own},
        ),
        table="payments",
    )


def overlaps(paid: pl.DataFrame, owed: pl.DataFrame, *, last_first: bool = False) -> pl.DataFrame:
    """What each payment pays of each debt of the same name: ``applied``, on the day when both are there.

    Payments and debts are laid end to end along the same line, each in its order; where two stretches overlap, one pays
    the other. Payments of 50 and 70 on instalments of 40 and 100 become::

        paid   0---------50--------------120
        owed   0------40----------------------------140
                  40  10        70            20 open

    so the first pays 40 and 10, the second 70, and 20 of the second instalment stay open. No payment is ever used
    twice, because the stretches of one side do not overlap. ``last_first`` lays the debts the other way round.
    """
    paid = _stretches(paid, order=["effective_on", "item_id"])
    # By document date first: an instalment that comes later does not change what earlier payments paid.
    owed = _stretches(owed, order=["document_date", "due_date", "item_id"], descending=last_first)
    pieces = _pieces(paid, owed)
    own = [name for name in owed.columns if name not in _STRETCH]
    names = {name: f"{name}_owed" for name in own if name in paid.columns}
    others = owed.select(own)[pieces["owed"]].rename(names)
    pairs = paid[pieces["paid"]].hstack(others).with_columns(pieces["applied"])
    return pairs.with_columns(effective_on=pl.max_horizontal("effective_on", "document_date_owed"))


def _pieces(paid: pl.DataFrame, owed: pl.DataFrame) -> pl.DataFrame:
    """The pieces into which the ends of both sides cut the line: the rows of each side, and ``applied``, the length.

    In the picture the line is cut at 40, 50, 120 and 140; the piece that ends at 50 is in the first payment, which
    ends at 50, and in the second instalment, which ends at 140. The last piece is in no payment. One sort, so that an
    account of ten thousand payments does not compare each with each debt.
    """
    sides = {"paid": paid, "owed": owed}
    ends = {side: rows.select(*_STRETCH, "end").with_row_index(side) for side, rows in sides.items()}
    cuts = pl.concat([rows.select(*_STRETCH, "end") for rows in ends.values()]).unique().sort("end")
    cuts = cuts.with_columns(applied=pl.col("end") - pl.col("end").shift(1).over(_STRETCH).fill_null(0))
    for rows in ends.values():
        # Ends ascend within each name, as Polars cannot see itself; the
        # first end at or after a cut is of the row around the piece.
        ordered = rows.sort("end")
        cuts = cuts.join_asof(ordered, on="end", by=_STRETCH, strategy="forward", check_sortedness=False)
    # Beyond the end of the shorter side nothing pays, or nothing is owed.
    return cuts.drop_nulls(["paid", "owed"]).sort("paid", "owed").select("paid", "owed", "applied")


def _stretches(rows: pl.DataFrame, *, order: list[str], descending: bool = False) -> pl.DataFrame:
    """The amounts of a name laid end to end: each takes the stretch from ``start`` to ``end``."""
    rows = rows.sort(*order, descending=descending, maintain_order=True)
    end = pl.col("size").cum_sum().over(_STRETCH)
    return rows.with_columns(end=end, start=end - pl.col("size"))
