"""Some seconds of one face, as it was seen: what a calibration is learned from."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI
from affectia.signals.face_channels import CHANNELS, FACE_GROUP_COUNT
from affectia.signals.face_observations import FaceObservations

_CLOSEST_NANOS: Final = 15 * NANOS_PER_MILLI  # more than 67 pictures a second say nothing more
_ROOM_HZ: Final = 68
_ONES: Final = np.ones(CHANNELS, np.float32)


class FaceFrames:
    """The first face of each sample within some seconds; memory is taken once, for these seconds. One thread at a time."""

    def __init__(self, secs: float, *, of_known_person: bool = False) -> None:
        self._is_known = of_known_person  # else whoever is seen first
        self._room = math.ceil(secs * _ROOM_HZ) + 1
        self._values = np.empty((self._room, CHANNELS), np.float32)
        self._confidence = np.empty((self._room, FACE_GROUP_COUNT), np.float32)
        self._measured = np.uint32(0xFFFFFFFF)
        self._newest_nanos: int | None = None
        self.looked_count = 0
        self.count = 0
        self.changed_person = False
        self.is_seen = False  # whether the newest sample showed the face

    def add(self, faces: FaceObservations) -> None:
        """Take in a sample; one that follows too closely is left out, and so is a face with a value that is not finite."""
        at_nanos = faces.captured_at_nanos
        if faces.fresh[0] and (self.count or self._is_known):  # whatever becomes of this sample
            self.changed_person = True
        if self._newest_nanos is not None and at_nanos - self._newest_nanos < _CLOSEST_NANOS:
            return
        self._newest_nanos = at_nanos
        self.looked_count += 1
        self.is_seen = bool(faces.found[0] and np.isfinite(faces.values[0] @ _ONES))
        if self.is_seen and self.count < self._room:
            self._values[self.count] = faces.values[0]
            self._confidence[self.count] = faces.confidence[0]
            self._measured &= faces.measured[0]
            self.count += 1

    @property
    def values(self) -> NDArray[np.float32]:
        """(count, channels) as in `face_channels`, a view."""
        return self._values[: self.count]

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(count, 4) of eyes, brows, mouth and head, a view."""
        return self._confidence[: self.count]

    @property
    def measured(self) -> int:
        """Bits of the optional values that every one of them has."""
        return int(self._measured) if self.count else 0
