"""Timed ARPAbet phones as visemes, for references: the registry's table, and what aligners and voices call its phones.

Unlike the timing that drives a mouth, a reference keeps apart what nobody knows: it must not be scored.
"""

from __future__ import annotations

from typing import Final

from affectia import registry

SIL: Final = 0
IGNORED: Final = -1  # a sound of which nobody can say which viseme it is
UNKNOWN_PHONE: Final = "spn"  # an aligner's word for a sound that its dictionary lacks

_FIRST_SHARE: Final = 0.6  # of a diphthong (registry.toml)

# What the voices of flite, festival and MFA call phones that ARPAbet has no row for in the registry.
_SAME_AS: Final = {
    "AX": "AH", "AXR": "ER", "IX": "IH", "UX": "UW", "EL": "L", "EM": "M", "EN": "N", "NX": "N", "DX": "D", "WH": "W", "HV": "HH",
    "PAU": "SIL", "H#": "SIL", "BRTH": "SIL", "SSIL": "SIL", "SP": "SIL", "": "SIL", "#": "SIL", "_": "SIL",
}  # fmt: skip


def visemes_of_arpabet(phone: str) -> tuple[int, ...]:
    """The visemes of an ARPAbet phone, stress digits and case aside; two of a diphthong. KeyError for what is none."""
    name = phone.upper().rstrip("012")
    name = _SAME_AS.get(name, name)
    return registry.ARPABET_VISEMES[name]


def spread(start_secs: float, end_secs: float, visemes: tuple[int, ...]) -> list[tuple[float, float, int]]:
    """(start, end, viseme) of the parts of one phone; of two parts the first is longer."""
    if len(visemes) == 2:
        middle = start_secs + _FIRST_SHARE * (end_secs - start_secs)
        return [(start_secs, middle, visemes[0]), (middle, end_secs, visemes[1])]
    step = (end_secs - start_secs) / max(len(visemes), 1)
    return [(start_secs + step * place, start_secs + step * (place + 1), viseme) for place, viseme in enumerate(visemes)]
