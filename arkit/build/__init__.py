"""From tables to a ledger: canonical columns, items, payments, postings, checks, control totals."""
