"""Write the examples into data/exports: ``python -m tests.read.exports.write_examples``."""

from pathlib import Path

from tests.read.exports.catalogue import EXAMPLES

FOLDER = Path(__file__).parents[3] / "data" / "exports"


def write(folder: Path) -> None:
    """Write every example: the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    for example in EXAMPLES.values():
        (folder / example.file).write_bytes(example.content)


if __name__ == "__main__":
    write(FOLDER)
