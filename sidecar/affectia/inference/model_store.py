"""The model store: a cache of files that are what the manifest says, or are not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from affectia.errors import ModelCorrupt, ModelMissing, ModelUnavailable
from affectia.inference.manifest import Manifest, ModelEntry
from affectia.inference.pull_lock import PullLock

CACHE_DIR_VARIABLE = "AFFECTIA_CACHE_DIR"

_KEY_CHARS = 16


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What stands in the cache for one entry; `finding` is empty when it is ready."""

    entry: ModelEntry
    path: Path
    state: Literal["ready", "missing", "corrupt"]
    finding: str


@dataclass(frozen=True, slots=True)
class PullStep:
    """One step of a pull; `source` and `reason` are empty where they mean nothing.

    waiting: another pull is at it; trying: `source` is asked; failed: `source` did not deliver, for `reason`;
    ready: the file is in the cache now, from `source`.
    """

    model_id: str
    state: Literal["waiting", "trying", "failed", "ready"]
    source: str = ""
    reason: str = ""


Progress = Callable[[PullStep], None]


def default_cache_dir() -> Path:
    """The folder of AFFECTIA_CACHE_DIR, or the user's cache folder."""
    return Path(os.environ.get(CACHE_DIR_VARIABLE) or platformdirs.user_cache_dir("affectia", appauthor=False))


class ModelStore:
    """Looks models up, and fetches them when asked to.

    A file lies at <cache>/models/<first 16 digits of its sha256>/<file>, so two versions never overwrite each other.
    Any thread may call it, and several processes may share a cache.
    """

    def __init__(self, cache_dir: Path | None = None, *, manifest: Manifest | None = None) -> None:
        self._cache_dir = (cache_dir or default_cache_dir()).expanduser().absolute()
        self._manifest = manifest or Manifest.load()

    @property
    def manifest(self) -> Manifest:
        """What the store can hold."""
        return self._manifest

    @property
    def cache_dir(self) -> Path:
        """The absolute folder of the cache; it need not exist."""
        return self._cache_dir

    def path(self, model_id: str) -> Path:
        """The file of one id, its content checked; never downloads.

        Raises:
            ConfigError: the id is unknown.
            ModelMissing: the file is not in the cache.
            ModelCorrupt: the file is not what the manifest pins.
        """
        check = self.verify(model_id)
        if check.state == "missing":
            raise ModelMissing(f"model {model_id} is not in the cache, run `affectia models pull {model_id}`")
        if check.state == "corrupt":
            raise ModelCorrupt(f"model {model_id} {check.finding}, run `affectia models pull {model_id}` to replace it: {check.path}")
        return check.path

    def verify(self, model_id: str) -> ModelCheck:
        """Read the file of one id and say what it is; a wrong file is a finding, not an error.

        Raises:
            ConfigError: the id is unknown.
        """
        entry = self._manifest.entry(model_id)
        path = self._path_of(entry)
        try:
            finding = _finding(path, entry)
        except FileNotFoundError:
            return ModelCheck(entry, path, "missing", "is not in the cache")
        except OSError as error:
            finding = f"cannot be read: {error.strerror or type(error).__name__}"
        return ModelCheck(entry, path, "corrupt" if finding else "ready", finding)

    def pull(self, model_id: str, *, progress: Progress | None = None) -> Path:
        """The file of one id, fetched from the first source that delivers it unless a good one is there.

        Blocks for as long as the sources take. What is in the cache at any moment is a whole and checked file or none:
        a source works in a folder of its own, and a checked file takes its place in one step.

        Raises:
            ConfigError: the id is unknown.
            ModelUnavailable: no source delivered; the message has one line for each.
        """
        check = self.verify(model_id)
        if check.state == "ready":
            return check.path
        report = progress or _silent
        key = check.entry.sha256[:_KEY_CHARS]
        lock = PullLock(self._cache_dir / "locks" / f"{key}.lock", on_wait=lambda: report(PullStep(model_id, "waiting")))
        try:
            with lock:
                # Another process may have pulled it while this one waited.
                if self.verify(model_id).state == "ready":
                    return check.path
                return self._pull_locked(check.entry, report)
        except ModelUnavailable:
            raise
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise ModelUnavailable(
                f"model {model_id} cannot be written to the cache: {words}, expected a folder to write to,"
                f" set {CACHE_DIR_VARIABLE} to one: {self._cache_dir}"
            ) from error

    def _pull_locked(self, entry: ModelEntry, report: Progress) -> Path:
        models = self._cache_dir / "models"
        models.mkdir(parents=True, exist_ok=True)
        prefix = f".pull-{entry.sha256[:_KEY_CHARS]}-"
        for leftover in models.glob(prefix + "*"):  # of a pull that was killed; we hold the lock, so nobody works there
            shutil.rmtree(leftover, ignore_errors=True)
        failures: list[str] = []
        for source in entry.sources:
            report(PullStep(entry.id, "trying", source.name))
            work = Path(tempfile.mkdtemp(prefix=prefix, dir=models))
            try:
                try:
                    found = source.fetch(work)
                    finding = _finding(found, entry)
                    reason = f"its file {finding}" if finding else ""
                except OSError as error:  # ModelUnavailable is one
                    reason = str(error) if isinstance(error, ModelUnavailable) else error.strerror or type(error).__name__
                if not reason:
                    path = self._put(found, entry)
                    report(PullStep(entry.id, "ready", source.name))
                    return path
            finally:
                shutil.rmtree(work, ignore_errors=True)
            report(PullStep(entry.id, "failed", source.name, reason))
            failures.append(f"  {source.name}: {reason}")
        raise ModelUnavailable(
            "\n".join(
                (
                    f"model {entry.id} came from 0 of its {len(failures)} sources, expected 1",
                    *failures,
                    f"  check the network, or put the file there by hand: {self._path_of(entry)}",
                )
            )
        )

    def _put(self, found: Path, entry: ModelEntry) -> Path:
        path = self._path_of(entry)
        path.parent.mkdir(exist_ok=True)
        try:
            os.replace(found, path)
        except BaseException:
            with suppress(OSError):  # not empty when a corrupt file lies there, which stays
                path.parent.rmdir()
            raise
        return path

    def _path_of(self, entry: ModelEntry) -> Path:
        return self._cache_dir / "models" / entry.sha256[:_KEY_CHARS] / entry.file


def _finding(path: Path, entry: ModelEntry) -> str:
    """What is wrong with a file, or an empty string."""
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        if size_bytes != entry.size_bytes:
            return f"has {size_bytes} bytes, expected {entry.size_bytes}"
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if sha256 == entry.sha256 else f"has sha256 {sha256}, expected {entry.sha256}"


def _silent(_step: PullStep) -> None:
    """The progress of a caller who does not want to know."""
