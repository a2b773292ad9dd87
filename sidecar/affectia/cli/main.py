"""The command line's root: commands, and how errors end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from affectia.cli.demo import demo
from affectia.cli.models import models_app
from affectia.cli.serve import serve
from affectia.cli.watch import watch
from affectia.errors import AffectiaError
from affectia.version import installed_version

app = typer.Typer(
    name="affectia",
    help="Watches a face, streams what an avatar needs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve)
app.command()(watch)
app.command()(demo)
app.add_typer(models_app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(installed_version())
        raise typer.Exit


@app.callback()
def root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False) -> None:
    """Watches a face, streams what an avatar needs."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code. An AffectiaError is one sentence on standard error, never a traceback."""
    try:
        app(arguments, prog_name="affectia")
    except AffectiaError as error:
        print(f"affectia: {error}", file=sys.stderr)
        return error.exit_code
    except SystemExit as end:  # how typer ends, with usage errors told already
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except KeyboardInterrupt:
        return 130
    return 0
