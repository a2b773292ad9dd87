"""Calibrations on disk: a JSON file for each name, in the user's own data folder.

They hold numbers of a person. A file is written whole or not at all, only its user may read it (mode 0600), and nothing of what stands in
one is ever told or logged but its path.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import platformdirs

from affectia.errors import CaptureError, ConfigError

MOST_BYTES: Final = 64 * 1024  # a calibration has 5 KiB
MOST_FILES: Final = 256
_NAME: Final = re.compile(r"[a-z0-9-]{1,32}")


def checked_name(name: str) -> str:
    """The name itself, or ConfigError where no calibration can have it."""
    if not _NAME.fullmatch(name):
        raise ConfigError(f"name of a calibration is {name!r}, expected 1 to 32 of a-z, 0-9 and -")
    return name


def calibrations_dir() -> Path:
    """The folder of this user's calibrations; on Linux below XDG_DATA_HOME."""
    return platformdirs.user_data_path("affectia", appauthor=False) / "calibrations"


class CalibrationStore:
    """Names and documents; any thread, any process. What a document must hold is known elsewhere."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or calibrations_dir()

    def path(self, name: str) -> Path:
        """Where a calibration is or would be; raises ConfigError for a name that none can have."""
        return self._folder / f"{checked_name(name)}.json"

    def names(self) -> tuple[str, ...]:
        """The names that are kept, in order."""
        try:
            found = [path.stem for path in self._folder.iterdir() if path.suffix == ".json" and _NAME.fullmatch(path.stem)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CaptureError(f"calibrations cannot be read ({_reason(error)}), expected a folder of this user: {self._folder}") from None
        return tuple(sorted(found))

    def load(self, name: str) -> dict[str, Any]:
        """What is kept under a name; raises CaptureError where there is nothing, or nothing that is JSON."""
        path = self.path(name)
        try:
            # Not blocking: what is no file might never answer.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(MOST_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        except FileNotFoundError:
            raise self._unknown(name) from None
        except OSError as error:
            raise CaptureError(f"calibration {name!r} cannot be read ({_reason(error)}), expected a file of this user: {path}") from None
        if len(content) > MOST_BYTES:
            raise self.broken(name, f"is larger than {MOST_BYTES} bytes")
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            raise self.broken(name, "is no JSON") from None
        if not isinstance(found, dict):
            raise self.broken(name, "is no JSON object")
        return found

    def broken(self, name: str, problem: str) -> CaptureError:
        """The error of a file that is there and cannot be used."""
        return CaptureError(f"calibration {name!r} {problem}; delete it and calibrate again: {self.path(name)}")

    def save(self, name: str, document: Mapping[str, Any]) -> None:
        """Keep a document under a name, in the place of what was there; raises CaptureError where it cannot be written."""
        path = self.path(name)
        content = json.dumps(document, indent=1, allow_nan=False)
        if not path.exists() and len(self.names()) >= MOST_FILES:
            raise ConfigError(f"{MOST_FILES} calibrations are kept, expected fewer; delete one")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{path.name}")  # mkstemp makes it 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(content)
                os.replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = _reason(error)
            raise CaptureError(f"calibration {name!r} cannot be written ({reason}), expected a place to write to: {path}") from None

    def delete(self, name: str) -> None:
        """Take a calibration away; raises CaptureError where there is none."""
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            raise self._unknown(name) from None
        except OSError as error:
            raise CaptureError(f"calibration {name!r} cannot be deleted ({_reason(error)}), expected a file of this user: {path}") from None

    def _unknown(self, name: str) -> CaptureError:
        names = self.names()
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f", did you mean {near[0]}" if near else ""
        return CaptureError(f"calibration {name!r} is not kept, kept are: {', '.join(names) or 'none'}{hint}")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
