"""What an avatar has of a profile, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Final

from affectia.rig.morph_match import MorphMatch

LEVEL_TEXTS: Final = {
    "shapes": "the mouth has shapes of its own",
    "visemes": "the mouth has visemes only: it speaks, and shows little else",
    "jaw": "the mouth opens and closes, no more",
    "none": "nothing moves the mouth",
}


def match_report(match: MorphMatch, *, width: int = 80) -> str:
    """Lines for people: how much is covered, what stands in for what, what is missing and what is not used."""
    profile = match.profile
    lines = [
        f"{profile.name}: {len(match.covered)} of {len(profile.shapes)} shapes",
        f"level {match.level}: {LEVEL_TEXTS[match.level]}",
    ]
    lines += _listed("stand-ins", (f"{shape} ({morph})" if shape != morph else shape for shape, morph in match.replaced), width)
    lines += _listed("missing", match.missing, width)
    lines += _listed("unused", match.unused, width)
    return "\n".join(lines)


def _listed(what: str, names: Iterable[str], width: int) -> list[str]:
    found = list(names)
    if not found:
        return []
    text = f"{what} ({len(found)}): {', '.join(found)}"
    return textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
