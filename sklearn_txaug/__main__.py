"""Command line: ``python -m sklearn_txaug`` or ``txaug``."""

import sys

from ._cli.main import main

if __name__ == "__main__":
    sys.exit(main())
