"""The command line's entry: runs a command, and says how errors end."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from affectia.errors import AffectiaError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code. An AffectiaError is one sentence on standard error, never a traceback."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        try:
            app = _app(given)
        except ImportError as error:
            print(f"affectia: a library does not load ({error}), expected a whole environment; run `affectia doctor`", file=sys.stderr)
            return 1
        app(given, prog_name="affectia")
    except AffectiaError as error:
        print(f"affectia: {error}", file=sys.stderr)
        return error.exit_code
    except SystemExit as end:  # how typer ends, with usage errors told already
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except KeyboardInterrupt:
        return 130
    return 0


def _app(given: list[str]) -> typer.Typer:
    """All commands; raises ImportError where a library is broken, but not for the one that tells what is wrong with it.

    `bake` is called once for each of many lines, so it does not wait for the libraries of cameras and servers.
    """
    if given[:1] == ["bake"]:
        from affectia.cli.bake import bake

        return _alone(bake)
    try:
        from affectia.cli.commands import app
    except ImportError:
        if given[:1] != ["doctor"]:
            raise
        from affectia.cli.doctor import doctor

        return _alone(doctor)
    return app


def _alone(command: Callable[..., None]) -> typer.Typer:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback()(lambda: None)  # without it, a single command would have no name
    app.command()(command)
    return app
