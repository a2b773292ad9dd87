"""Every error that Affectia raises on purpose.

    AffectiaError                      exit code 1
     ├─ ConfigError (ValueError)       2   a setting is unknown, mistyped or out of range
     ├─ AlreadyRunning                 3   a sidecar of this user already serves this port base
     ├─ CaptureError (OSError)         4   a camera, file or stream cannot be opened or read
     ├─ ModelError                     5   a model cannot be used
     │   ├─ ModelMissing (FileNotFoundError)
     │   ├─ ModelCorrupt (ValueError)
     │   └─ ModelUnavailable (OSError)    none of its sources answered
     ├─ PortInUse (OSError)            6   another program holds a port that the sidecar needs
     ├─ ConsentMissing (PermissionError) 7 a modality was asked for that nobody allowed
     ├─ SessionError (LookupError)     8   a session is unknown, or in the wrong state
     │   ├─ SessionExists                 its id, or the id of one of its avatars, was used before
     │   └─ NoFreeSlot                    every place for one more is taken
     └─ WireError (ValueError)         9   bytes that are no valid message; carries a DecodeStatus

A message says subject, what was found, what was expected and, where there is one, the next step; lower case, no full stop,
paths last. No image, sound, transcript, landmark or score ever stands in a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import ClassVar


class AffectiaError(Exception):
    """The base of every error raised on purpose; `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1


class ConfigError(AffectiaError, ValueError):
    """A setting is unknown, of the wrong type, or out of range."""

    exit_code = 2


class AlreadyRunning(AffectiaError):
    """A sidecar of this user already serves this port base."""

    exit_code = 3


class CaptureError(AffectiaError, OSError):
    """A camera, file or stream cannot be opened or read."""

    exit_code = 4


class ModelError(AffectiaError):
    """A model cannot be used."""

    exit_code = 5


class ModelMissing(ModelError, FileNotFoundError):
    """A model's file is not in the cache."""


class ModelCorrupt(ModelError, ValueError):
    """A model's file does not have the size or the sha256 that the manifest pins."""


class ModelUnavailable(ModelError, OSError):
    """None of a model's sources delivered it."""


class PortInUse(AffectiaError, OSError):
    """Another program holds a port that the sidecar needs."""

    exit_code = 6


class ConsentMissing(AffectiaError, PermissionError):
    """A modality was asked for that nobody has allowed."""

    exit_code = 7


class SessionError(AffectiaError, LookupError):
    """A session is unknown, or not in a state that allows the call."""

    exit_code = 8


class SessionExists(SessionError):
    """The id of a session, or of one of its avatars, was used before in this process."""


class NoFreeSlot(SessionError):
    """Every place for one more is taken."""


class WireError(AffectiaError, ValueError):
    """Bytes that are no valid message; `status` is the number of the registry's DecodeStatus."""

    exit_code = 9

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def not_one_of(setting: str, found: str, choices: Sequence[str]) -> ConfigError:
    """The error of a setting that is none of its choices; names the nearest one, where one is near."""
    near = get_close_matches(found, choices, n=1, cutoff=0.5)
    hint = f", did you mean {near[0]}" if near else ""
    return ConfigError(f"{setting} is {found!r}, expected one of {', '.join(choices)}{hint}")
