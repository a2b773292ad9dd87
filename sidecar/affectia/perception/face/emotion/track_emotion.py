"""How the people of one video track seem to feel: when it is looked at, and how far it can be trusted. Read `read` first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.face_emotion import FaceEmotion
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.registry import Group
from affectia.signals.emotion_observations import EMOTIONS, AffectMethod, EmotionObservations, Modality
from affectia.signals.face_channels import FACE_GROUPS

EYES, BROWS, MOUTH, HEAD = (group - FACE_GROUPS.start for group in (Group.EYES, Group.BROWS, Group.MOUTH, Group.HEAD))
COVERED: Final = 0.5  # a mouth seen less than so well, against eyes and brows, is left out of account by and by
_WITHOUT_MOUTH: Final = 0.5  # what eyes and brows alone are worth to a network that can do without the mouth
LEAST_QUALITY: Final = 0.05  # a face that is seen worse tells nothing
_BUSY_SHARE: Final = 0.5  # of the track's time at most: pictures come first, and a large network takes longer than its turns are apart


@dataclass(frozen=True, slots=True)
class TrackedFace:
    """One row's face in a picture: `trust` (4,) 0..1, how well eyes, brows, mouth and head are seen."""

    face: SeenFace
    trust: NDArray[np.float32]


class TrackEmotion:
    """One track's turns; one thread at a time. `emotion` is shared with other tracks.

    `with_voice`: the session has a voice, so faces are also read without their mouths, for while they talk.
    """

    def __init__(self, emotion: FaceEmotion, clock: Clock, *, rows: int, with_voice: bool = False) -> None:
        self._emotion = emotion
        self._clock = clock
        self._with_voice = with_voice
        self._period_nanos = round(NANOS_PER_SEC / emotion.options.rate_hz)
        self._fresh = np.zeros(rows, np.bool_)
        self._due_nanos: int | None = None  # of pictures
        self._free_nanos = 0  # of the clock

    def note_fresh(self, row: int) -> None:
        """Another person begins in this row; told with the next reading."""
        self._fresh[row] = True

    def reset(self) -> None:
        """Everybody is forgotten."""
        self._fresh[:] = False
        self._due_nanos = None

    def is_due(self, captured_at_nanos: int) -> bool:
        """Whether a picture of this time is to be read."""
        is_time = self._due_nanos is None or captured_at_nanos >= self._due_nanos
        return self._emotion.is_on and is_time and self._clock.now_nanos() >= self._free_nanos

    def read(self, faces: Mapping[int, TrackedFace], *, captured_at_nanos: int) -> EmotionObservations | None:
        """How the people seem to feel, `faces` by row, none where nobody is seen; None where the network fails on them."""
        began = self._clock.now_nanos()
        # A period after the last turn was due, not after it came: pictures come in steps of their own, 15 Hz would become 10.
        due = captured_at_nanos if self._due_nanos is None else self._due_nanos
        self._due_nanos = max(due, captured_at_nanos - self._period_nanos // 2) + self._period_nanos
        rows = list(faces)
        trust = np.array([faces[row].trust for row in rows], np.float32).reshape(-1, FACE_GROUPS.stop - FACE_GROUPS.start)
        shown = _mouth_shown(trust)
        feelings = None
        if rows:
            with_mouthless = self._with_voice or bool((shown < 1).any())
            feelings = self._emotion.read([faces[row].face for row in rows], with_mouthless=with_mouthless)
        ended = self._clock.now_nanos()
        if rows:
            self._emotion.durations.add(ended - began)
        self._free_nanos = ended + round((ended - began) * (1 / _BUSY_SHARE - 1))
        if rows and feelings is None:
            return None
        observations = self._nobody(captured_at_nanos)
        return observations if feelings is None else self._told(observations, rows, feelings, trust, shown)

    def _told(
        self,
        nobody: EmotionObservations,
        rows: list[int],
        feelings: FaceFeelings,
        trust: NDArray[np.float32],
        shown: NDArray[np.float32],
    ) -> EmotionObservations:
        scores, affect = _with_mouth_as_shown(feelings, shown)
        quality = _quality(trust, has_mouthless=feelings.mouthless is not None)
        nobody.found[rows] = quality >= LEAST_QUALITY
        nobody.scores[rows] = scores
        nobody.affect[rows] = affect
        nobody.confidence[rows] = scores.max(axis=1)
        nobody.quality[rows] = quality
        mouthless = None
        if self._with_voice and feelings.mouthless is not None:
            mouthless = np.zeros_like(nobody.scores)
            mouthless[rows] = feelings.mouthless
        return replace(nobody, support=feelings.support, affect_method=feelings.affect_method, mouthless=mouthless)

    def _nobody(self, captured_at_nanos: int) -> EmotionObservations:
        count = len(self._fresh)
        fresh, self._fresh = self._fresh, np.zeros(count, np.bool_)
        return EmotionObservations(
            Modality.FACE,
            captured_at_nanos,
            np.zeros(count, np.bool_),
            np.zeros((count, EMOTIONS), np.float32),
            self._emotion.support,
            np.zeros((count, 3), np.float32),
            AffectMethod.PROJECTED,
            np.zeros(count, np.float32),
            np.zeros(count, np.float32),
            fresh,
        )


def _mouth_shown(trust: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) 0..1: how far the scores with the mouth count; 1 but for mouths that are covered while eyes and brows are not."""
    upper = (trust[:, EYES] + trust[:, BROWS]) / 2
    against = np.divide(trust[:, MOUTH], upper, out=np.ones_like(upper), where=upper > 0)
    shown: NDArray[np.float32] = np.minimum(against / COVERED, 1)
    return shown


def _with_mouth_as_shown(feelings: FaceFeelings, shown: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scores and affect; a covered mouth, which the network would take for an expression, is faded out of them."""
    if feelings.mouthless is None or bool((shown == 1).all()):
        return feelings.scores, feelings.affect
    share = shown[:, None]
    scores = share * feelings.scores + (1 - share) * feelings.mouthless
    if feelings.affect_method is AffectMethod.REGRESSED:
        return scores, feelings.affect
    return scores, projected(scores, feelings.support)


def _quality(trust: NDArray[np.float32], *, has_mouthless: bool) -> NDArray[np.float32]:
    """(n,) 0..1: how well an expression is seen. It takes both halves of a face; of one alone half as much is left, or less."""
    upper, mouth = (trust[:, EYES] + trust[:, BROWS]) / 2, trust[:, MOUTH]
    seen = np.minimum(upper, mouth) / 2 + (upper + mouth) / 4
    if has_mouthless:
        seen = np.maximum(seen, _WITHOUT_MOUTH * upper)
    quality: NDArray[np.float32] = np.minimum(seen, trust[:, HEAD])
    return quality
