"""Size and shape of arkit in a checkout. ``python -m tests.house.shape [CHECKOUT]`` prints them."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NO_CODE: Final = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
# A comment that a tool reads explains nothing.
FOR_TOOLS: Final = ("type:", "noqa", "pragma", "ruff:", "mypy:", "fmt:")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef | ast.Module


@dataclass(frozen=True)
class Module:
    """A module in numbers; code is what is neither blank, comment, docstring nor import."""

    name: str
    lines: int
    code: int
    imports: int
    comments: int
    bodies: tuple[int, ...]
    docstrings: tuple[str, ...]

    @property
    def room(self) -> str:
        """The folder below arkit; a module of the ground has none."""
        folder, _, rest = self.name.partition("/")
        return folder if rest else "ground"


def spanned(node: ast.AST) -> range:
    """The lines of a statement."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]


def body_lines(function: Function) -> int:
    """Lines of the body that are not its docstring."""
    first, last = function.body[0], function.body[-1]
    documented = ast.get_docstring(function) is not None
    start = (first.end_lineno or 0) + 1 if documented else first.lineno
    return max((last.end_lineno or 0) - start + 1, 0)


def measured(name: str, source: str) -> Module:
    """One module's lines, by what they are."""
    nodes = list(ast.walk(ast.parse(source)))
    documented = [node for node in nodes if isinstance(node, Documented) and ast.get_docstring(node) is not None]
    imports = {line for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for line in spanned(node)}
    no_code = imports | {line for node in documented for line in spanned(node.body[0])}
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    code = {line for one in tokens if one.type not in NO_CODE for line in range(one.start[0], one.end[0] + 1)} - no_code
    comments = [one.string.lstrip("#: ") for one in tokens if one.type == tokenize.COMMENT]
    return Module(
        name=name,
        lines=len(source.splitlines()),
        code=len(code),
        imports=len(imports),
        comments=sum(not comment.startswith(FOR_TOOLS) for comment in comments),
        bodies=tuple(body_lines(node) for node in nodes if isinstance(node, Function)),
        docstrings=tuple(ast.get_docstring(node) or "" for node in documented),
    )


@cache
def modules(checkout: Path = ROOT) -> list[Module]:
    """The modules of arkit in a checkout."""
    package = checkout / "arkit"
    return [
        measured(path.relative_to(package).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    ]


def code_by_room(found: list[Module]) -> dict[str, int]:
    """Code lines of each room, the largest first."""
    rooms = {room: sum(one.code for one in found if one.room == room) for room in {one.room for one in found}}
    return dict(sorted(rooms.items(), key=lambda each: -each[1]))


def import_share(found: list[Module]) -> float:
    """The share of import lines in all lines."""
    return sum(one.imports for one in found) / sum(one.lines for one in found)


def largest_share(found: list[Module]) -> float:
    """The share of the largest room in all code lines."""
    return max(code_by_room(found).values()) / sum(one.code for one in found)


# Runs in the checkout that is measured: a first call loads and caches, the second one is followed.
FOLLOWED: Final = """
import sys
from functools import cache
from pathlib import Path
import arkit as ar
package = Path(ar.__file__).parent
ledger = ar.sample_ledger()
as_of = str(ledger.covers[1])
ar.dso(ledger, as_of=as_of)
files = set()
def follow(frame, event, argument):
    files.add(frame.f_code.co_filename)
sys.settrace(follow)
ar.dso(ledger, as_of=as_of)
sys.settrace(None)
print(*sorted(Path(one).relative_to(package).as_posix() for one in files if one.startswith(str(package))))
"""


def files_of_dso(checkout: Path = ROOT) -> list[str]:
    """The files of arkit that one call of ``ar.dso`` runs through."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    run = subprocess.run(
        [sys.executable, "-c", FOLLOWED], cwd=checkout, env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout.split()


def lines_of(found: list[Module], dso: list[str]) -> Iterator[str]:
    """The report, line by line."""
    lines, code, imports = (sum(getattr(one, name) for one in found) for name in ("lines", "code", "imports"))
    bodies = sorted(body for one in found for body in one.bodies)
    documented = [words for one in found for words in one.docstrings]
    returns = sum(words.startswith("Return") for words in documented)
    rooms = code_by_room(found)
    largest = next(iter(rooms))
    yield f"lines                   {lines:,}"
    yield f"code lines              {code:,} (no blanks, comments, docstrings, imports)"
    yield f"modules                 {len(found)}, {mean(one.lines for one in found):.0f} lines on average"
    yield f"import lines            {imports:,} = {import_share(found):.1%} of all lines"
    middle, high = median(bodies), quantiles(bodies, n=10)[-1]
    yield f"functions               {len(bodies):,}; body lines: median {middle:.0f}, p90 {high:.0f}, max {bodies[-1]}"
    yield f"comments                {100 * sum(one.comments for one in found) / code:.1f} per 100 code lines"
    yield f'docstrings "Return"     {returns:,} of {len(documented):,}'
    yield f"largest room            {largest}: {largest_share(found):.1%} of the code lines"
    yield f"files of ar.dso         {len(dso)}: {' '.join(dso)}"
    yield "code lines by room      " + " · ".join(f"{room} {count:,}" for room, count in rooms.items())


def main() -> None:
    """Print the shape of a checkout."""
    checkout = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    print("\n".join(lines_of(modules(checkout), files_of_dso(checkout))))


if __name__ == "__main__":
    main()
