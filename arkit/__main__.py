"""``python -m arkit``: the command line."""

import sys

from arkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
