from __future__ import annotations

import pytest

from affectia.cli.main import main
from affectia.version import installed_version

pytestmark = pytest.mark.unit


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == installed_version()


def test_an_error_of_ours_is_one_sentence_and_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--source", "cammera:0"]) == 2
    error = capsys.readouterr().err
    assert error == "affectia: source is 'cammera:0', expected camera:N, file:PATH, clip:ID or synthetic\n"


def test_a_wrong_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--sauce", "camera:0"]) == 2
    assert "--source" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "watch", "demo", "models"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert command in capsys.readouterr().out
