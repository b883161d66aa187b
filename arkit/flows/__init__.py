"""Between two days: roll-forward, roll rates, vintages, movements, and explained changes."""
