"""What a ledger is: items, dated signed entries, balance periods, findings, layouts, and the snapshot on disk."""
