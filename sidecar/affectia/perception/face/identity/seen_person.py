"""A person that has been seen a moment ago, and how well a face in the picture fits: by place, size and looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.perception.face.identity import face_appearance
from affectia.perception.face.landmarks.detected_face import DetectedFace

# Places of MediaPipe's face mesh: the head's top and bottom, its right and left side.
_ENDS: Final = np.array((10, 152, 234, 454))


@dataclass(frozen=True, slots=True)
class IdentityOptions:
    """How faces are kept apart. Lengths in sizes of the face, times in seconds, costs as squares of standard deviations.

    A place is known to within `place_sigma + place_sigma_per_sec * gap` after not having been seen for so long, the size likewise (natural
    logarithm), looks to within `looks_sigma`: see `face_appearance.distance`.
    """

    keep_secs: float = 1.0  # a row is free again so long after its face was last seen
    patience_secs: float = 0.3  # so long may an answer that is not clear be put off
    steady_secs: float = 0.15  # after at most this, and up to these steps, a face is the same one without a closer look
    steady_step: float = 0.35
    steady_size_log: float = 0.3
    near: float = 1.0  # closer than this, two faces may hide each other or be taken for each other
    same_face: float = 0.25  # two meshes whose points are closer than this on average lie on one face
    place_sigma: float = 0.3
    place_sigma_per_sec: float = 3.0  # people walk fast
    place_cost_secs: float = 4.0  # the most that a place costs, times the gap: the longer it was, the less a place says
    size_sigma: float = 0.1
    size_sigma_per_sec: float = 0.4
    size_most_cost: float = 4.0
    looks_sigma: float = 0.06
    looks_cost_unknown: float = 4.0  # one of the two has not been seen well
    looks_cost_partial: float = 6.0  # the most for a face that is turned away, or that another may hide in part
    strange_looks: float = 0.1  # a face that is followed is another's when it is farther than this from its looks so far
    strange_usual: float = 1.5  # and so many times farther than it usually is: a noisy sensor makes everybody less like themselves
    strange_secs: float = 0.5  # and stays so, as a hand before the face does not
    learnt_share: float = 0.7  # up to this share of it, looks are learnt
    sure_cost: float = 5.0  # of place, size and looks: up to this, somebody who comes back is known at once
    only_cost: float = 8.0  # the same, where one face was lost a moment ago and one is there
    most_cost: float = 11.0  # beyond, it is somebody else
    clear_margin: float = 4.0  # the second best answer is worse by this
    most_speed: float = 6.0  # sizes per second
    speed_secs: float = 0.12  # speed is averaged over this
    foresight_secs: float = 0.5  # so long a lost face is thought to go on as it went
    looks_every_secs: float = 0.2
    looks_memory: int = 10  # looks are a running mean of so many measurements

    def __post_init__(self) -> None:
        if not 0 < self.patience_secs <= self.keep_secs:
            raise ConfigError(f"patience_secs is {self.patience_secs}, expected above 0 and at most keep_secs, {self.keep_secs}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face is in the picture, and how large: the mean of its height and width, which does not change with the turn of the head."""

    x_px: float
    y_px: float
    size_px: float

    def away(self, other: Place) -> float:
        """Distance in sizes of the larger face."""
        return math.hypot(self.x_px - other.x_px, self.y_px - other.y_px) / max(self.size_px, other.size_px)


def place_of(face: DetectedFace) -> Place | None:
    """None for a face that has no place: something of it is not finite, or it has no extent, in the picture or in space."""
    axes = face.matrix[:3, :3]
    if not (np.isfinite(face.landmarks_px).all() and math.isfinite(float(face.matrix.sum()) + float(face.blendshapes.sum()))):
        return None
    if float(np.abs(axes).sum()) < 0.1:  # of a rotation it is 3 at least
        return None
    top, bottom, right, left = face.landmarks_px[_ENDS].tolist()
    size_px = (math.dist(top, bottom) + math.dist(right, left)) / 2
    if size_px < 1.0:
        return None
    return Place((top[0] + bottom[0] + right[0] + left[0]) / 4, (top[1] + bottom[1] + right[1] + left[1]) / 4, size_px)


@dataclass(frozen=True, slots=True)
class Fit:
    """How badly a face fits a person. `evidence` adds place, size and looks; `cost` also that who is gone longer is expected less;
    `is_steady`: it is where it was expected from one picture to the next.
    """

    evidence: float
    cost: float
    is_steady: bool


class SeenPerson:
    """One person in view or lost a moment ago. Starts at `place`; `see` at each further picture that shows the face."""

    def __init__(self, place: Place, looks: NDArray[np.float32] | None, time_nanos: int, options: IdentityOptions) -> None:
        self.place = place
        self.last_nanos = time_nanos
        self.was_missed = False  # not seen in the picture before: another may have taken the place
        self.in_doubt = False  # another face was near, and looks have not yet confirmed who is who
        self.strange_since_nanos: int | None = None  # it never was away, but no longer looks like itself
        self._options = options
        self._speed_px = (0.0, 0.0)  # per second
        self._looks = looks
        self._looks_count = 0
        self._looks_nanos = time_nanos
        self._usual = options.looks_sigma  # how far this person's looks are from their mean, here and in this light

    def gap_secs(self, time_nanos: int) -> float:
        """Time since the face was last seen."""
        return max(time_nanos - self.last_nanos, 0) / NANOS_PER_SEC

    def expected(self, time_nanos: int) -> Place:
        """Where the face is by now when it goes on as it went."""
        ahead_secs = min(self.gap_secs(time_nanos), self._options.foresight_secs)
        place = self.place
        return Place(place.x_px + self._speed_px[0] * ahead_secs, place.y_px + self._speed_px[1] * ahead_secs, place.size_px)

    def is_steady(self, place: Place, time_nanos: int) -> bool:
        """Whether a face there can only be this one, as long as no other comes near."""
        options = self._options
        return (
            not self.was_missed
            and self.gap_secs(time_nanos) <= options.steady_secs
            and self.expected(time_nanos).away(place) < options.steady_step
            and self.place.away(place) < 2 * options.steady_step
            and abs(math.log(place.size_px / self.place.size_px)) < options.steady_size_log
        )

    def fit(self, place: Place, looks: NDArray[np.float32] | None, time_nanos: int, *, is_partial: bool) -> Fit:
        """How well a face there fits that looks so; `is_partial`: it is turned away, or another may hide it in part."""
        options = self._options
        gap_secs = self.gap_secs(time_nanos)
        sigma = options.place_sigma + options.place_sigma_per_sec * gap_secs
        # In doubt, the face that is followed may be the other's: then place must not outweigh looks.
        most = options.place_cost_secs / (1.0 if self.in_doubt else min(max(gap_secs, 0.1), 1.0))
        place_cost = min((self.expected(time_nanos).away(place) / sigma) ** 2, most)
        size_sigma = options.size_sigma + options.size_sigma_per_sec * gap_secs
        size_cost = min((math.log(place.size_px / self.place.size_px) / size_sigma) ** 2, options.size_most_cost)
        looks_cost = options.looks_cost_unknown
        if looks is not None and self._looks is not None:
            looks_cost = (face_appearance.distance(looks, self._looks) / options.looks_sigma) ** 2
            if is_partial:
                looks_cost = min(looks_cost, options.looks_cost_partial)
        evidence = place_cost + size_cost + looks_cost
        # The other part of a normal distribution's logarithm, in two dimensions.
        rarity = 4 * math.log(sigma / options.place_sigma)
        return Fit(evidence, evidence + rarity, self.is_steady(place, time_nanos))

    def see(self, place: Place, time_nanos: int, *, is_near: bool) -> None:
        """The face is there now. Near others speed is not learnt: a face that is hidden in part is drawn towards the one before it."""
        options = self._options
        step_secs = self.gap_secs(time_nanos)
        if is_near or step_secs > options.steady_secs:
            self._speed_px = self._speed_px if is_near else (0.0, 0.0)
        elif step_secs > 0:
            weight = 1 - math.exp(-step_secs / options.speed_secs)
            x = self._speed_px[0] + weight * ((place.x_px - self.place.x_px) / step_secs - self._speed_px[0])
            y = self._speed_px[1] + weight * ((place.y_px - self.place.y_px) / step_secs - self._speed_px[1])
            brake = min(options.most_speed * place.size_px / max(math.hypot(x, y), 1e-9), 1.0)
            self._speed_px = (x * brake, y * brake)
        self.place, self.last_nanos = place, time_nanos

    def wants_looks(self, time_nanos: int) -> bool:
        """Whether it is time to look closer."""
        return self._looks_count == 0 or time_nanos - self._looks_nanos >= self._options.looks_every_secs * NANOS_PER_SEC

    def recognise(self, looks: NDArray[np.float32], time_nanos: int, *, is_sure: bool) -> bool:
        """Whether a face that is followed, and well seen, still looks like this person; where `is_sure` it is, its looks are remembered."""
        options = self._options
        if self._looks is None or self._looks_count == 0:
            # The first good view replaces what was there before, which was taken as it came.
            self._looks, self._looks_count, self._looks_nanos = looks, 1, time_nanos
            return True
        # A lamp that is switched on while the face is in view makes nobody another person.
        distance = face_appearance.distance(looks, self._looks, same_light=False)
        strange = options.strange_looks + options.strange_usual * self._usual
        if is_sure and distance < options.learnt_share * strange and self.wants_looks(time_nanos):
            self._looks_count = min(self._looks_count + 1, options.looks_memory)
            self._looks = self._looks + (looks - self._looks) / np.float32(self._looks_count)
            self._usual += (distance - self._usual) / self._looks_count
            self._looks_nanos = time_nanos
        return distance <= strange
