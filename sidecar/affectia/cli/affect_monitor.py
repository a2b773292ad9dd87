"""What a stream of emotion_updates says right now, as a person wants to see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from affectia import registry
from affectia.cli.action_units import LABELS, intensities
from affectia.cli.active_shapes import ActiveShapes, ActiveShapesOptions
from affectia.cli.feeling import FeelingReading
from affectia.client import BlinkCounter, Blinks, ReceivedUpdate
from affectia.registry import Group
from affectia.wire.emotion_update import EmotionUpdate


@dataclass(frozen=True, slots=True)
class AffectReading:
    """One look at an avatar; None is what is not measured.

    `units` are labels and intensities 0..1, row by row. `gaze_deg` is (across, up): the angle against the line from the face to the
    camera, across + = towards the subject's left. `lids` are (left, right) 0..1, 1 = shut. `blinks` counts since the watching began.
    `speaking` is the probability that somebody speaks. `feeling` is there from where it was told for the first time how somebody feels.
    """

    units: tuple[tuple[str, float | None], ...] = ()
    gaze_deg: tuple[float, float] | None = None
    lids: tuple[float, float] | None = None
    blinks: Blinks | None = None
    speaking: float | None = None
    feeling: FeelingReading | None = None


class AffectMonitor:
    """Follows the updates of one avatar. One thread adds, one other reads: what they share is replaced, never changed."""

    def __init__(self, *, rows: int) -> None:
        self._active = ActiveShapes(ActiveShapesOptions(rows=rows, value_share=1.0))  # strong ones, moving or not
        self._blinks = BlinkCounter()
        self._tells_blinks = False
        self._has_met_units = False
        self._tells_feelings = False
        self._newest: EmotionUpdate | None = None

    def add(self, received: ReceivedUpdate) -> None:
        """Take in an update."""
        self._newest = received.update
        self._tells_blinks |= received.update.blink_events is not None
        self._tells_feelings |= received.update.emotions is not None
        self._blinks.add(received.update)

    def reading(self, now_nanos: int, *, silent: bool) -> AffectReading:
        """What there is to see now; a `silent` sidecar says nothing of a face any more, but what was counted stays."""
        blinks = self._blinks.total if self._tells_blinks else None
        update = self._newest
        measured = np.full(len(LABELS), np.nan, np.float32) if silent or update is None else intensities(update)
        self._has_met_units = self._has_met_units or bool(np.isfinite(measured).any())
        rows = self._active.update(np.nan_to_num(measured), now_nanos) if self._has_met_units else ()
        units = tuple((LABELS[place], None if np.isnan(measured[place]) else float(measured[place])) for place in rows)
        if silent or update is None:
            return AffectReading(units, blinks=blinks, feeling=FeelingReading() if self._tells_feelings else None)
        feeling = FeelingReading.of(update) if self._tells_feelings else None
        speaking = None if update.speaking_probability is None else update.speaking_probability / registry.UNIT_WEIGHT_U8
        if not update.is_valid(Group.EYES):
            return AffectReading(units, blinks=blinks, speaking=speaking, feeling=feeling)
        return AffectReading(units, _gaze_deg(update), _lids(update), blinks, speaking, feeling)


def _gaze_deg(update: EmotionUpdate) -> tuple[float, float] | None:
    if update.gaze is None:
        return None
    across, up = np.degrees(np.arctan(update.gaze_tangents())).tolist()
    return across, up


def _lids(update: EmotionUpdate) -> tuple[float, float] | None:
    if update.blink is None:
        return None
    left, right = update.blink_closures().tolist()
    return left, right
