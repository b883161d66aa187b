"""What to do today: dunning levels and the worklist."""
