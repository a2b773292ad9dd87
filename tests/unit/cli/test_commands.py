from __future__ import annotations

import pytest
import typer.main

from affectia.cli.commands import app

pytestmark = pytest.mark.unit


def test_every_command_says_what_it_does() -> None:
    group = typer.main.get_group(app)
    context = group.make_context("affectia", ["--help"], resilient_parsing=True)
    names = group.list_commands(context)
    shown = {"serve", "watch", "demo", "replay", "bake", "speak", "devices", "doctor", "eval", "inspect", "models"}
    assert set(names) == shown | {"act", "calibrate", "profile", "variants"}
    for name in names:
        command = group.get_command(context, name)
        assert command is not None
        assert command.help or command.callback is not None and command.callback.__doc__ or command.short_help, name
