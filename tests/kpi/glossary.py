"""The KPIs of the glossary, as the registry has them. Run as a module, it writes them into the page."""

from pathlib import Path

from arkit.kpi.registry import KPIS

PAGE = Path(__file__).parents[2] / "GLOSSARY.md"
TITLE = "## KPIs\n"
HEAD = "| term | in the code | unit | good is | formula |\n|---|---|---|---|---|\n"


def rows() -> list[str]:
    """Return one row for each KPI."""
    return [
        f"| {figure.title} | `{figure.name}` | {figure.unit} | {figure.good} | {figure.formula} |"
        for figure in KPIS.values()
    ]


def section() -> str:
    """Return the table of KPIs."""
    return HEAD + "".join(f"{row}\n" for row in rows())


def parts_of(page: str) -> tuple[str, str, str]:
    """Return what is before the table of KPIs, the table, and what follows."""
    before, rest = page.split(TITLE)
    lines = rest.splitlines(keepends=True)
    count = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return before + TITLE, "".join(lines[:count]), "".join(lines[count:])


if __name__ == "__main__":
    before, _, after = parts_of(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(before + section() + after, encoding="utf-8")
