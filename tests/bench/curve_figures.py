"""Figures of curves: how still, how rough, how late, and what is left of peaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from affectia import registry

_FURTHEST_SECS = 0.4  # a lag is looked for up to here
_PEAK_RADIUS_SECS = 0.2  # a peak is the highest point so far around it
_PEAK = 0.5


def rms(curves: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of each column, about its own mean."""
    return np.asarray(curves.std(axis=0))


def step_rms(curves: NDArray[np.floating]) -> NDArray[np.floating]:
    """Of the differences between consecutive rows."""
    return np.asarray(np.sqrt(np.mean(np.diff(curves, axis=0) ** 2, axis=0)))


def spread(curve: NDArray[np.floating]) -> float:
    """The range that a curve uses: p95 - p5."""
    return float(np.percentile(curve, 95) - np.percentile(curve, 5))


def jitter(curve: NDArray[np.floating]) -> float:
    """RMS of consecutive differences over the range."""
    return float(step_rms(curve)) / max(1e-9, spread(curve))


def lag_millis(secs: NDArray[np.float64], raw: NDArray[np.floating], smooth: NDArray[np.floating]) -> float:
    """Where the cross-correlation of two curves peaks, between frames by a parabola through the three highest points.

    A positive lag means that the smooth curve comes later. Frames are taken as evenly spaced.
    """
    period_secs = float(np.median(np.diff(secs)))
    a, b = raw - raw.mean(), smooth - smooth.mean()
    shifts = range(-2, max(3, round(_FURTHEST_SECS / period_secs)) + 1)
    likeness = np.array([float(a[max(0, -k) : len(a) - max(0, k)] @ b[max(0, k) : len(b) - max(0, -k)]) for k in shifts])
    best = int(np.clip(np.argmax(likeness), 1, len(shifts) - 2))
    before, at, after = likeness[best - 1 : best + 2]
    between = 0.5 * (before - after) / min(before - 2 * at + after, -1e-12)
    return float((shifts[best] + between) * period_secs * 1000)


def peaks_kept(secs: NDArray[np.float64], raw: NDArray[np.floating], smooth: NDArray[np.floating]) -> list[float]:
    """For each peak of the raw curve above 0.5, a flat one counted once, how much of it the smooth curve reaches within 0.1 s after it."""
    period_secs = float(np.median(np.diff(secs)))
    radius, late = round(_PEAK_RADIUS_SECS / period_secs), round(0.1 / period_secs)
    kept = []
    for place in np.flatnonzero(raw > _PEAK):
        goes_on = place > 0 and raw[place - 1] == raw[place]
        if not goes_on and raw[place] >= raw[max(0, place - radius) : place + radius + 1].max():
            kept.append(float(smooth[place : place + late + 1].max() / raw[place]))
    return kept


def regions() -> dict[str, list[int]]:
    """The shapes of each region, by place."""
    found: dict[str, list[int]] = {"blink": [], "gaze": [], "eyes": [], "brows": [], "mouth": []}
    special = {"eyeBlink": "blink", "eyeLook": "gaze"}
    for place, (name, group) in enumerate(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True)):
        found[next((special[start] for start in special if name.startswith(start)), registry.GROUPS[group])].append(place)
    return found
