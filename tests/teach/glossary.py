"""The terms in Russian and Chinese, as the catalogue has them. Run as a module, it writes them into GLOSSARY.md."""

import re
import tomllib
from functools import cache

from arkit.kpi.registry import KPIS
from arkit.resources import resource
from arkit.words.catalogue import text
from tests.kpi.glossary import PAGE

TITLE = "## In Russian and Chinese\n"
HEAD = "| term | Russian | Chinese |\n|---|---|---|\n"
# The terms of the trade. What the sections on files and runs name is arkit's own, and may stay English.
OF_THE_TRADE = (
    "Balances",
    "Over time",
    "Payment behaviour and segmentation",
    "KPIs",
    "Change of days sales outstanding",
)


@cache
def words(language: str) -> dict[str, str]:
    """Every term of a language by its name, with the titles of the KPIs."""
    file = resource(f"templates/words/locale/{language}/glossary.toml")
    kpis = {name: text(f"kpi.{name}.title", language=language) for name in KPIS}
    return tomllib.loads(file.read_text(encoding="utf-8")) | kpis


def section() -> str:
    """The table of terms."""
    ru, zh = words("ru"), words("zh")
    return HEAD + "".join(f"| {term} | {ru[name]} | {zh[name]} |\n" for name, term in words("en").items())


def parts_of(page: str) -> tuple[str, str]:
    """What is before the table of terms, and the table, which ends the page."""
    before, rest = page.split(TITLE)
    start = rest.index("\n\n") + 2
    return before + TITLE + rest[:start], rest[start:]


def terms_by_section(page: str) -> dict[str, list[str]]:
    """The terms that the page explains, by section."""
    before, _ = parts_of(page)
    found = {}
    for part in before.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        found[title] = re.findall(r"^\| (?!term \|)(.+?) \| `", body, re.MULTILINE)
    return found


if __name__ == "__main__":
    kept, _ = parts_of(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(kept + section(), encoding="utf-8")
