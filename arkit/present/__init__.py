"""Pictures out: finished tables become figures, pages and workbooks. No measure is computed here."""
