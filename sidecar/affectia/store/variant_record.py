"""The record of sessions whose faces were mapped in one way or another: one JSON line for each that ended, on this machine only.

A line holds figures of the movement, never an id that somebody chose, never what was seen, said or felt. The file is its user's own
(mode 0600) and bounded: the newest lines stay.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import platformdirs

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.store.file_lock import FileLock

log = logging.getLogger(__name__)

MOST_LINES: Final = 10_000
MOST_BYTES: Final = 4 << 20
LOCK_TIMEOUT_SECS: Final = 0.5

_MOST_LINE_BYTES: Final = 2048
_POLL_SECS: Final = 0.02


@dataclass(frozen=True, slots=True)
class VariantEntry:
    """One session: which mapping it had, and how its avatars moved.

    `session` is `session_digest` of its id; `split`: the mapping was drawn, not chosen; `started_unix_secs`, `secs` it lasted; the rest as
    in `MotionReport`.
    """

    session: str
    variant: str
    split: bool
    started_unix_secs: int
    secs: float
    frames: int
    jitter_percent: float
    rest_rms: float
    range: float
    expressive_share: float


_KINDS: Final[dict[str, tuple[type, ...]]] = {"str": (str,), "bool": (bool,), "int": (int,), "float": (int, float)}
_FIELDS: Final = {field.name: _KINDS[str(field.type)] for field in fields(VariantEntry)}


@dataclass(frozen=True, slots=True)
class VariantReading:
    """What stands in a record: its entries, oldest first, and how many lines could not be used."""

    entries: tuple[VariantEntry, ...]
    skipped: int


def session_digest(session_id: str) -> str:
    """8 hexadecimal digits in the place of a session's id: a caller may have named it after somebody."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:8]


def variant_record_path() -> Path:
    """Where the record of this user is."""
    return platformdirs.user_state_path("affectia", appauthor=False) / "variants.jsonl"


class VariantRecord:
    """The file; any thread and any process may add to it at the same time."""

    def __init__(self, path: Path | None = None, *, clock: Clock | None = None) -> None:
        self.path = path or variant_record_path()
        self._clock = clock or SystemClock()

    def add(self, entry: VariantEntry) -> bool:
        """Append an entry; never raises for what is wrong with the file: then it is lost, which is logged, and the answer is false. Waits
        half a second at most for whoever else writes.
        """
        try:
            line = (json.dumps(asdict(entry), separators=(",", ":"), allow_nan=False) + "\n").encode()
        except ValueError:
            log.warning("figures of a session are no numbers, expected finite ones: nothing was recorded")
            return False
        return self._locked(lambda: self._append(line))

    def clear(self) -> bool:
        """Delete the record; false where that did not work, which is logged."""
        return self._locked(lambda: self.path.unlink(missing_ok=True))

    def read(self) -> VariantReading:
        """All entries; what is no entry is passed over and counted. A record that is not there has none; raises OSError where it cannot be
        read.
        """
        try:
            with self.path.open("rb") as file:
                lines = file.read(MOST_BYTES).split(b"\n")
        except FileNotFoundError:
            return VariantReading((), 0)
        found = [_entry(line) for line in lines if line.strip()]
        entries = tuple(entry for entry in found if entry is not None)
        return VariantReading(entries, len(found) - len(entries))

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            # A file that is larger was not written by us: its end will do.
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2 * MOST_BYTES))
            kept = file.read()
            if kept and not kept.endswith(b"\n"):
                line = b"\n" + line  # whoever wrote last died over it
            if kept.count(b"\n") < MOST_LINES and len(kept) + len(line) <= MOST_BYTES:
                file.write(line)
                return
        newest = (kept + line).split(b"\n")[-MOST_LINES - 1 :]
        while sum(map(len, newest)) + len(newest) > MOST_BYTES:
            newest = newest[len(newest) // 10 + 1 :]
        self._replace(b"\n".join(newest))

    def _replace(self, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")  # mkstemp makes it 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _locked(self, change: Callable[[], object]) -> bool:
        """Change the file while nobody else does."""
        lock = FileLock(self.path.with_suffix(".lock"))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._wait_for(lock):
                log.warning("record of mapping variants is held by another process, expected it to be free: nothing was changed")
                return False
            try:
                change()
            finally:
                lock.release()
        except OSError as error:
            log.warning("record of mapping variants cannot be written (%s), nothing was changed", error.strerror or type(error).__name__)
            return False
        return True

    def _wait_for(self, lock: FileLock) -> bool:
        deadline_nanos = self._clock.now_nanos() + round(LOCK_TIMEOUT_SECS * NANOS_PER_SEC)
        turn = threading.Condition()  # nobody notifies it: another process could not
        while not lock.try_acquire():
            if self._clock.now_nanos() >= deadline_nanos:
                return False
            with turn:
                self._clock.wait(turn, _POLL_SECS)
        return True


def _entry(line: bytes) -> VariantEntry | None:
    """The entry of a line; None where it is none. Keys that are not known belong to a later version."""
    if len(line) > _MOST_LINE_BYTES:
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    values: dict[str, Any] = {name: found.get(name) for name in _FIELDS}
    for name, kinds in _FIELDS.items():
        value = values[name]
        if type(value) not in kinds or (isinstance(value, float) and not math.isfinite(value)):
            return None
    return VariantEntry(**values)
