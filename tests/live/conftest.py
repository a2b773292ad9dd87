"""Keeps the port files of the sidecars of this folder out of the user's own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_runtime_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("runtime"))
    for name in ("XDG_RUNTIME_DIR", "LOCALAPPDATA"):
        monkeypatch.setenv(name, folder)
