"""Which mapping variant a session gets: the one that is asked for, or one by its id."""

from __future__ import annotations

import hashlib
from typing import Final

from affectia.rig.mapping.mapping_options import MappingOptions
from affectia.rig.mapping.mapping_variant import SPLIT, MappingVariant

_PLACES: Final = 2**64


def assigned(session_id: str, wish: str, options: MappingOptions) -> MappingVariant:
    """The variant of a session. `wish` is a variant's name, "split", or empty: as `options` say. Raises ConfigError for another one.

    A split has no memory and no chance in it: the first 8 bytes of the SHA-256 of salt, a slash and id are a place between 0 and 1, and
    the variants lie there side by side in their order, each as wide as its share. The same id has the same variant on every machine that is
    set up alike.
    """
    wish = wish or options.variant
    if wish != SPLIT:
        return MappingVariant.named(wish)
    digest = hashlib.sha256(f"{options.salt}/{session_id}".encode()).digest()
    shared = [variant for variant in MappingVariant if options.split.of(variant) > 0]
    left = int.from_bytes(digest[:8], "big") / _PLACES * sum(options.split.of(variant) for variant in shared)
    for variant in shared:
        left -= options.split.of(variant)
        if left < 0:
            return variant
    return shared[-1]  # what rounding leaves over


def is_asked_for(wish: str, options: MappingOptions) -> bool:
    """Whether somebody chose a mapping, or a split, for a session; else it has the one that all have by default."""
    return bool(wish) or options.variant != MappingOptions.variant
