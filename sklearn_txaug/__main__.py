"""Command line: ``python -m sklearn_txaug`` or ``txaug``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ._cli.augment import add_augment
from ._cli.benchmark import add_benchmark
from ._cli.evaluate import add_evaluate
from ._cli.fetch import add_fetch
from ._cli.reproduce import add_reproduce


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="txaug", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add_augment(commands)
    add_benchmark(commands)
    add_evaluate(commands)
    add_fetch(commands)
    add_reproduce(commands)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except (ValueError, ImportError, OSError) as error:
        print(f"txaug {arguments.command}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
