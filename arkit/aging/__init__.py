"""What is open on a day: open items, aging, statements, translation, evidence, reconciliation, tie-out."""
