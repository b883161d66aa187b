"""Options that several commands have."""

from __future__ import annotations

import argparse
from typing import Final

DONE: Final = 0
FAILED: Final = 1


def name_and_value(text: str) -> tuple[str, str]:
    """Return the two parts of NAME=VALUE."""
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
