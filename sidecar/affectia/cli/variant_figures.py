"""What a record of sessions says of each mapping variant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.store.variant_record import VariantEntry

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of some sessions, and between what it lies at CONFIDENCE; None where they are too few to say (fewer than 6)."""

    median: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """One variant: how many sessions and minutes it had, and how its avatars moved in the median session."""

    variant: str
    sessions: int
    minutes: float
    jitter_percent: Middle
    range: Middle
    expressive_share: Middle


def figures(entries: Iterable[VariantEntry]) -> list[VariantFigures]:
    """A row for each variant that has sessions, in their own order, then those of other versions by name."""
    sorted_out: dict[str, list[VariantEntry]] = {variant.value: [] for variant in MappingVariant}
    for entry in sorted(entries, key=lambda entry: entry.variant):
        sorted_out.setdefault(entry.variant, []).append(entry)
    return [
        VariantFigures(
            variant=variant,
            sessions=len(found),
            minutes=sum(entry.secs for entry in found) / 60,
            jitter_percent=middle([entry.jitter_percent for entry in found]),
            range=middle([entry.range for entry in found]),
            expressive_share=middle([entry.expressive_share for entry in found]),
        )
        for variant, found in sorted_out.items()
        if found
    ]


def middle(values: Sequence[float]) -> Middle:
    """The median with the interval of its order statistics, which asks for nothing of the distribution: the k-th smallest and the k-th
    largest, k as large as it may be while a fair coin shows fewer than k heads in so many throws with at most half of 1 - CONFIDENCE.
    """
    ordered = sorted(values)
    count = len(ordered)
    half = count // 2
    median = ordered[half] if count % 2 else (ordered[half - 1] + ordered[half]) / 2
    outside, k = 0.0, 0
    while k < half:
        outside += math.exp(math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) - count * math.log(2))
        if outside > (1 - CONFIDENCE) / 2:
            break
        k += 1
    return Middle(median, (ordered[k - 1], ordered[count - k]) if k else None)
