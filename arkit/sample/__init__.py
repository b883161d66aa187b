"""The synthetic sample, a company with believable receivables: to try arkit on, to teach with, to test and to measure.

``generate`` draws the company from a seed, ``write`` puts its tables into a folder. The way from chance to files, a
module for each step: ``world`` (what there is), ``draws`` (chance and days), ``customers`` (who buys, how they
pay, names and limits), ``billing``, ``payments``, ``movements`` (rates, discounts, write-offs, exchange),
``company`` (all of it, cut when the books were closed), ``tables``, ``faults`` (what was planted), ``generate``. Names,
places and ways to pay are data: templates/sample.
"""

from arkit.sample.generate import generate, write
from arkit.sample.world import Sample

__all__ = ["Sample", "generate", "write"]
