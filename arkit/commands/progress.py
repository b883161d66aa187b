"""How far a command is, told on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


class Progress:
    """Lines on stderr that tell how far a command is: one line rewritten on a screen, else a line each."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self.screen = sys.stderr.isatty()
        self.started = time.monotonic()

    def __enter__(self) -> Callable[[str], None]:
        return self.tell

    def __exit__(self, *_: object) -> None:
        if self.screen and not self.quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def tell(self, text: str) -> None:
        """Say what is done now."""
        if self.quiet:
            return
        line = f"{time.monotonic() - self.started:6.1f} s  {text}"[:100]
        start, end = ("\r\033[K", "") if self.screen else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)
