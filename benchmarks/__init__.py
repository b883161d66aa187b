"""How fast arkit is, beside what an analyst would write: ``python -m benchmarks`` or ``make bench``."""
