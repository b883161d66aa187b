"""A script as a controller wrote it for 0.1.0: names of measures, policies and pages as they were then."""

from pathlib import Path

import arkit as ar
from arkit import pages

if __name__ == "__main__":
    here = Path(__file__).parent
    day = "2026-10-31"
    ledger = ar.read_ledger(here / "books", layout=here / "books" / "layout.toml")
    policy = ar.Policy.load(here / "policies" / "default.toml")
    panel = ar.key_figures(ledger, as_of=day, names=["dso", "past_due_ratio"], policy=policy)
    trend = ar.key_figure_trend(ledger, as_of=day, months=2, names=list(ar.KEY_FIGURES)[:2])
    static = ar.static_debtors(ledger, as_of=day)
    declining = ar.declining_payers(ledger, as_of=day)
    judged = ar.categorise(
        ar.payment_behaviour(ledger, as_of=day), policy=ar.CategoryPolicy.load(here / "policies" / "categories.toml")
    )
    stages = ar.CollectionPolicy.load(here / "policies" / "collection.toml")
    ranked = ar.worklist(ledger, judged, as_of=day, stages=stages)
    report = pages.monthly_report(ledger=here / "books", layout=here / "books" / "layout.toml", as_of=day, entity="ES")
    sections = [report.headline(), report.key_figures(), report.key_figures_over_time()]
    customers = pages.customers_page(ledger=here / "books", layout=here / "books" / "layout.toml", as_of=day)
    debts = customers.static_debtors()
