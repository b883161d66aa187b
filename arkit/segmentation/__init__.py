"""How customers pay: behaviour, categories, deterioration, inactive balances, ABC classes, groups."""
