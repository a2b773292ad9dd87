"""Consent: which modalities a person has allowed, asked before anything of them is looked at."""

from __future__ import annotations

from typing import Final

from affectia.errors import ConfigError

MODALITIES: Final = ("camera",)


def checked_modality(name: str) -> str:
    """The modality itself, or ConfigError where there is none of that name."""
    if name not in MODALITIES:
        raise ConfigError(f"consent is given for {name!r}, expected one of: {', '.join(MODALITIES)}")
    return name


class ConsentGate:
    """What is granted now. Any thread may ask; a change holds from the next question on."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        self._granted = frozenset(checked_modality(name) for name in granted)

    @property
    def granted(self) -> frozenset[str]:
        """The modalities that are allowed now."""
        return self._granted

    def allows(self, modality: str | None) -> bool:
        """Whether a source of this modality may be looked at; None stands for sources that show nobody live."""
        return modality is None or modality in self._granted

    def grant(self, modality: str) -> None:
        """Allow a modality."""
        self._granted |= {checked_modality(modality)}

    def revoke(self, modality: str) -> None:
        """Take back what was allowed."""
        self._granted -= {checked_modality(modality)}
