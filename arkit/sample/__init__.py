"""A made-up company with believable receivables: to try arkit on, to teach with, to test and to measure.

``generate`` draws the company from a seed, ``write`` puts its tables into a folder. The way from chance to files, a
module for each step: ``world`` (what there is), ``customers`` (who buys, and how they pay), ``billing``, ``fates``
(what else happens to an invoice), ``payments`` and ``receipts``, ``movements`` (discounts, write-offs, exchange),
``company`` (all of it, cut when the books were closed), ``items`` and ``tables`` (numbers and columns), ``marks``,
``tieouts`` (general ledger and sales), ``faults`` (what was planted) and ``writing``.
"""

from arkit.sample.generate import generate, write
from arkit.sample.world import Sample

__all__ = ["Sample", "generate", "write"]
