"""What the totals of a file prove, as decisions that can be read."""

from __future__ import annotations

import polars as pl

from arkit.errors import listed
from arkit.ledger.body import Body
from arkit.ledger.body.rows import ITEM, OTHER, REPEATED, SECTION
from arkit.ledger.record import Decision


def proof_decisions(body: Body) -> tuple[Decision, ...]:
    """Return what stood between the items of a file, and what its totals prove."""
    made = []
    between = {REPEATED: "repeated headers and titles", SECTION: "section rows", OTHER: "rows passed over"}
    for kind, what in between.items():
        if number := body.counts.get(kind, 0):
            made.append(Decision(what, str(number), "told from the items by their cells"))
    if body.proofs.is_empty():
        if body.counts:
            made.append(Decision("totals", "none", "the file has no totals that could prove it", "certain"))
        return tuple(made)
    proven = body.proofs.filter(pl.col("difference") == 0)
    failed = body.proofs.filter(pl.col("difference") != 0)
    share = f"{body.proven_items} of {body.counts.get(ITEM, 0)} items stand in a proven total"
    if failed.is_empty():
        made.append(Decision("totals", f"all {proven.height} proven", share))
    else:
        rows = listed(failed["source_row"].unique(maintain_order=True))
        made.append(Decision("totals", f"{failed.height} of {body.proofs.height} differ", f"rows {rows}; {share}"))
    return tuple(made)
