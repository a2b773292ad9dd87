"""Consent: which modalities a person has allowed, asked before anything of them is looked at or listened to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from affectia.errors import ConfigError

MODALITIES: Final = ("camera", "microphone")


def checked_modality(name: str) -> str:
    """The modality itself, or ConfigError where there is none of that name."""
    if name not in MODALITIES:
        raise ConfigError(f"consent is given for {name!r}, expected one of: {', '.join(MODALITIES)}")
    return name


class ConsentGate:
    """What is granted now. Any thread may ask; a change holds from the next question on."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        self._granted = frozenset(checked_modality(name) for name in granted)
        self._lock = threading.Lock()

    @property
    def granted(self) -> frozenset[str]:
        """The modalities that are allowed now."""
        return self._granted

    def allows(self, modality: str | None) -> bool:
        """Whether a source of this modality may be used; None stands for sources that show and hear nobody live."""
        return modality is None or modality in self._granted

    def when_allowed(self, modality: str | None, action: Callable[[], None]) -> bool:
        """Do something short while a modality is allowed; a revocation waits for its end, so that nothing slips out behind it."""
        with self._lock:
            if not self.allows(modality):
                return False
            action()
            return True

    def grant(self, modality: str) -> None:
        """Allow a modality."""
        with self._lock:
            self._granted |= {checked_modality(modality)}

    def revoke(self, modality: str) -> None:
        """Take back what was allowed."""
        with self._lock:
            self._granted -= {checked_modality(modality)}
