"""Every command of the command line, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from affectia.cli.act import act_app
from affectia.cli.bake import bake
from affectia.cli.calibrate import calibrate
from affectia.cli.demo import demo
from affectia.cli.devices import devices
from affectia.cli.doctor import doctor
from affectia.cli.eval import eval_app
from affectia.cli.inspect import inspect
from affectia.cli.models import models_app
from affectia.cli.profile import profile_app
from affectia.cli.replay import replay
from affectia.cli.serve import serve
from affectia.cli.speak import speak
from affectia.cli.variants import variants
from affectia.cli.watch import watch
from affectia.version import installed_version

app = typer.Typer(
    name="affectia",
    help="Watches a face, hears a voice, streams what an avatar needs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve)
app.command()(watch)
app.command()(demo)
app.command()(replay)
app.command()(bake)
app.command()(speak)
app.command()(calibrate)
app.command()(variants)
app.command()(devices)
app.command()(doctor)
app.command()(inspect)
app.add_typer(act_app)
app.add_typer(profile_app)
app.add_typer(models_app)
app.add_typer(eval_app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(installed_version())
        raise typer.Exit


@app.callback()
def root(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False) -> None:
    """Watches a face, hears a voice, streams what an avatar needs."""
