"""The terms in Russian and Chinese, as templates/words/terms.toml has them. Run as a module, it writes them down."""

import re

from arkit.teach.lesson import terms
from tests.kpi.glossary import PAGE

TITLE = "## In Russian and Chinese\n"
HEAD = "| term | Russian | Chinese |\n|---|---|---|\n"
# The terms of the trade. What the sections on files and runs name is arkit's own, and may stay English.
OF_THE_TRADE = ("Balances", "Over time", "Who pays how", "KPIs", "Change of days sales outstanding")


def section() -> str:
    """Return the table of terms."""
    return HEAD + "".join(f"| {term} | {words['ru']} | {words['zh']} |\n" for term, words in terms().items())


def parts_of(page: str) -> tuple[str, str]:
    """Return what is before the table of terms, and the table, which ends the page."""
    before, rest = page.split(TITLE)
    start = rest.index("\n\n") + 2
    return before + TITLE + rest[:start], rest[start:]


def terms_by_section(page: str) -> dict[str, list[str]]:
    """Return the terms that the page explains, by section."""
    before, _ = parts_of(page)
    found = {}
    for part in before.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        found[title] = re.findall(r"^\| (?!term \|)(.+?) \| `", body, re.MULTILINE)
    return found


if __name__ == "__main__":
    kept, _ = parts_of(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(kept + section(), encoding="utf-8")
