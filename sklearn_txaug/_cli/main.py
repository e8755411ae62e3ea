"""The parser of all commands, and the function that runs one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from .. import __version__
from .messages import error_line, exit_status, plain_warnings, say
from .options import Parser

# Each is a module here with the function `add_command`.
COMMANDS = ("augment", "benchmark", "evaluate", "fetch", "prior", "reproduce", "sample", "train")


def make_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="txaug",
        description="Synthetic transcriptomics: make it, measure it, and find out whether it helps a classifier.",
        epilog="txaug COMMAND --help explains a command. A command exits with 0 when it is done, 2 when its input is "
        "wrong, 1 when a run failed.",
    )
    parser.add_argument("--version", action="version", version=f"txaug {__version__}")
    parser.set_defaults(traceback=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name in COMMANDS:
        import_module(f".{name}", __package__).add_command(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, default=None
        The arguments; None takes those of the process.

    Returns
    -------
    status : int
        0 if the command did its work, 2 if its input was wrong, 1 if a run failed, 130 if it was interrupted.
    """
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    with plain_warnings(arguments):
        try:
            return arguments.run(arguments)
        except (Exception, KeyboardInterrupt) as error:
            if arguments.traceback:
                raise
            say(arguments.command, error_line(error, arguments))
            return exit_status(error)
