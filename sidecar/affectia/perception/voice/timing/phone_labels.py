"""What single labels say: names of visemes, ARPAbet phones, silence."""

from __future__ import annotations

import re
from typing import Final

from affectia import registry
from affectia.perception.voice.timing.timed_visemes import VisemePart

FIRST_SHARE: Final = 0.6
"""Of a diphthong's time, after Rhubarb Lip Sync."""
SCHWA_STRENGTH: Final = 0.5
"""An unstressed ah is hardly a viseme of its own: its neighbours show through."""

_UNSTRESSED: Final = 0.8  # other vowels without stress

SIL: Final = registry.VISEMES.index("sil")
_AA: Final = registry.VISEMES.index("aa")
# What aligners, dictionaries and engines write where nothing is said.
_SILENCES: Final = frozenset(
    (
        "",
        "sil",
        "sp",
        "pau",
        "pause",
        "silence",
        "h#",
        "#",
        "_",
        "-",
        "<eps>",
        "<sil>",
        "<p:>",
        "sent_start",
        "sent_end",
        "brth",
        "<s>",
        "</s>",
    )
)
_UNKNOWN: Final = frozenset(("spn", "<unk>", "<spn>", "[unk]"))  # somebody speaks, nobody knows what
_NAMES: Final = {name.casefold(): place for place, name in enumerate(registry.VISEMES)} | {
    name.casefold(): place for place, name in enumerate(registry.VISEME_READY_PLAYER_ME)
}
_SHORT_NAMES: Final = {"i": "ih", "o": "oh", "u": "ou", "ee": "ih"}  # Ready Player Me and VRM say so
_STRESS: Final = re.compile(r"[0-9]$")


def silence(label: str) -> tuple[VisemePart, ...] | None:
    """What a label says that stands for silence, or for speech that nobody knows; None for all others."""
    folded = label.strip().casefold()
    if folded in _SILENCES:
        return (VisemePart(SIL),)
    return (VisemePart(_AA, strength=SCHWA_STRENGTH),) if folded in _UNKNOWN else None


def named_viseme(label: str) -> tuple[VisemePart, ...] | None:
    """The viseme of a name of OVRLipSync or Ready Player Me, in any case; None for others."""
    folded = label.strip().casefold()
    place = _NAMES.get(folded, _NAMES.get(_SHORT_NAMES.get(folded, "")))
    return None if place is None else (VisemePart(place),)


def arpabet(label: str) -> tuple[VisemePart, ...] | None:
    """The visemes of an ARPAbet phone, in any case, with or without a stress digit; None for others."""
    name = label.strip().upper()
    phone = _STRESS.sub("", name)
    visemes = registry.ARPABET_VISEMES.get(_ALIKE.get(phone, phone))
    if visemes is None:
        return None
    if phone in _WEAK or name == "AH0":
        return shared(visemes, strength=SCHWA_STRENGTH)
    return shared(visemes, strength=_UNSTRESSED if name.endswith("0") else 1.0)


def shared(visemes: tuple[int, ...], *, strength: float = 1.0) -> tuple[VisemePart, ...]:
    """One viseme whole, or the two of a diphthong."""
    if len(visemes) == 1:
        return (VisemePart(visemes[0], strength=strength),)
    first, second = visemes
    return VisemePart(first, FIRST_SHARE, strength), VisemePart(second, 1 - FIRST_SHARE, strength)


# Phones that dictionaries write beside the 39: TIMIT's and CMU's.
_ALIKE: Final = {
    "AX": "AH", "AXR": "ER", "IX": "IH", "UX": "UW", "DX": "D", "NX": "N", "EN": "N", "EM": "M", "EL": "L", "ENG": "NG", "HV": "HH",
    "H": "HH", "WH": "W", "Q": "SP", "PCL": "P", "BCL": "B", "TCL": "T", "DCL": "D", "KCL": "K", "GCL": "G",
}  # fmt: skip
_WEAK: Final = frozenset(("AX", "IX", "HH", "HV", "H"))
