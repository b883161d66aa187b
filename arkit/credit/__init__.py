"""Whom to trust: loss rates from the ledger's own history."""
