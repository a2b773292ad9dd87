from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.perception.affect_projection import projected
from affectia.perception.face.emotion.face_emotion import FaceEmotion, FaceEmotionOptions
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.perception.face.emotion.track_emotion import TrackedFace, TrackEmotion
from affectia.registry import EMOTIONS
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod, EmotionObservations, Modality

pytestmark = pytest.mark.unit

HAPPY, ANGRY = EMOTIONS.index("happy"), EMOTIONS.index("angry")
PICTURE = np.zeros((1, 1, 3), np.uint8)
WELL = (1.0, 1.0, 1.0, 1.0)


class Reader:
    """Says that everybody is happy with their mouths and angry without, takes a while for it, and remembers how it was asked."""

    name = "fer"
    provider = "CPUExecutionProvider"
    support = ALL_EMOTIONS

    def __init__(self, clock: FakeClock, *, method: AffectMethod = AffectMethod.PROJECTED, knows_mouthless: bool = True) -> None:
        self.clock = clock
        self.method = method
        self.knows_mouthless = knows_mouthless
        self.takes_secs = 0.0
        self.is_broken = False
        self.asked: list[tuple[int, bool]] = []

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        self.asked.append((len(faces), with_mouthless))
        self.clock.advance(secs=self.takes_secs)
        if self.is_broken:
            raise RuntimeError("broken")
        whole, mouthless = (np.full((len(faces), 8), 0.05, np.float32) for _ in range(2))
        whole[:, HAPPY] = mouthless[:, ANGRY] = 0.65
        affect = projected(whole) if self.method is AffectMethod.PROJECTED else np.full((len(faces), 3), 0.25, np.float32)
        return FaceFeelings(whole, self.support, affect, self.method, mouthless if with_mouthless and self.knows_mouthless else None)


class Stage:
    """A track whose pictures come when a test says so."""

    def __init__(self, *, rows: int = 1, with_voice: bool = False, rate_hz: float = 15.0, reader: Reader | None = None) -> None:
        self.clock = FakeClock(start_nanos=NANOS_PER_SEC)
        self.reader = reader or Reader(self.clock)
        self.reader.clock = self.clock
        emotion = FaceEmotion(self.reader, FaceEmotionOptions(rate_hz=rate_hz))
        self.track = TrackEmotion(emotion, self.clock, rows=rows, with_voice=with_voice)

    def look(self, trust: dict[int, tuple[float, ...]] | None = None, *, at_nanos: int = NANOS_PER_SEC) -> EmotionObservations:
        trust = {0: WELL} if trust is None else trust
        face = SeenFace.of_crop(PICTURE)
        faces = {row: TrackedFace(face, np.array(values, np.float32)) for row, values in trust.items()}
        seen = self.track.read(faces, captured_at_nanos=at_nanos)
        assert seen is not None
        return seen

    def turns(self, period_secs: float, secs: float) -> int:
        """How many pictures of a stream are read."""
        count = 0
        for number in range(round(secs / period_secs)):
            at_nanos = self.clock.now_nanos()
            if self.track.is_due(at_nanos):
                self.look(at_nanos=at_nanos)
                count += 1
            begun = NANOS_PER_SEC + round((number + 1) * period_secs * NANOS_PER_SEC)
            self.clock.advance(secs=max(begun - self.clock.now_nanos(), 0) / NANOS_PER_SEC)
        return count


def test_a_face_that_is_seen_well_is_told_whole() -> None:
    seen = Stage().look(at_nanos=5 * NANOS_PER_SEC)
    assert (seen.modality, seen.captured_at_nanos, seen.support) == (Modality.FACE, 5 * NANOS_PER_SEC, ALL_EMOTIONS)
    assert (seen.found.tolist(), seen.quality.tolist(), seen.mouthless) == ([True], [1.0], None)
    assert seen.confidence == pytest.approx([0.65])
    assert seen.scores[0].argmax() == HAPPY
    assert seen.affect_method is AffectMethod.PROJECTED
    np.testing.assert_allclose(seen.affect, projected(seen.scores), atol=1e-6)
    assert [values.dtype for values in (seen.scores, seen.affect, seen.confidence, seen.quality)] == [np.float32] * 4


def test_people_are_told_in_their_rows_and_read_in_one_call() -> None:
    stage = Stage(rows=4)
    seen = stage.look({3: WELL, 1: (0.5, 0.5, 0.5, 1.0)})
    assert seen.found.tolist() == [False, True, False, True]
    assert seen.quality.tolist() == pytest.approx([0, 0.5, 0, 1])
    assert seen.scores[[0, 2]].max() == 0
    assert stage.reader.asked == [(2, False)]


def test_nobody_is_told_without_the_network() -> None:
    stage = Stage(rows=2)
    seen = stage.look({})
    assert (seen.found.tolist(), seen.confidence.tolist()) == ([False, False], [0, 0])
    assert stage.reader.asked == []


def test_faces_are_read_without_their_mouths_too_where_there_is_a_voice() -> None:
    stage = Stage(rows=2, with_voice=True)
    seen = stage.look({1: WELL})
    assert stage.reader.asked == [(1, True)]
    assert seen.mouthless is not None
    assert seen.mouthless[1].argmax() == ANGRY
    assert seen.mouthless[0].max() == 0
    assert seen.scores[1].argmax() == HAPPY


def test_a_network_that_cannot_leave_the_mouth_out_says_so() -> None:
    seen = Stage(with_voice=True, reader=Reader(FakeClock(), knows_mouthless=False)).look()
    assert seen.mouthless is None
    assert seen.found.all()


def test_a_covered_mouth_is_left_out_of_account_and_the_face_trusted_less() -> None:
    stage = Stage()
    seen = stage.look({0: (1.0, 1.0, 0.0, 1.0)})
    assert stage.reader.asked == [(1, True)]
    assert seen.scores[0].argmax() == ANGRY
    assert seen.quality == pytest.approx([0.5])
    assert seen.mouthless is None, "nobody talks here"
    np.testing.assert_allclose(seen.affect, projected(seen.scores), atol=1e-6)


def test_a_mouth_that_is_covered_by_and_by_makes_no_jump() -> None:
    stage = Stage()
    valences, qualities = [], []
    for mouth in np.linspace(1, 0, 41):
        seen = stage.look({0: (1.0, 1.0, float(mouth), 1.0)})
        valences.append(float(seen.affect[0, 0]))
        qualities.append(float(seen.quality[0]))
    assert valences[0] > 0.4 > -0.2 > valences[-1]
    assert np.abs(np.diff(valences)).max() < 0.06
    assert (np.diff(qualities) <= 1e-6).all()
    assert np.abs(np.diff(qualities)).max() < 0.05


def test_what_was_regressed_stays_regressed_whatever_is_covered() -> None:
    seen = Stage(reader=Reader(FakeClock(), method=AffectMethod.REGRESSED)).look({0: (1.0, 1.0, 0.1, 1.0)})
    assert (seen.affect_method, seen.affect[0].tolist()) == (AffectMethod.REGRESSED, [0.25] * 3)


@pytest.mark.parametrize(
    ("trust", "at_most"),
    [
        ((0.0, 0.0, 1.0, 1.0), 0.3),  # dark glasses
        ((0.5, 0.5, 0.1, 1.0), 0.35),  # a profile
        ((0.3, 0.3, 0.3, 0.5), 0.31),  # tiny
        ((1.0, 1.0, 1.0, 0.1), 0.11),
        ((0.2, 0.2, 0.2, 0.2), 0.21),  # at first sight
    ],
)
def test_a_face_that_is_seen_badly_is_trusted_as_little(trust: tuple[float, ...], at_most: float) -> None:
    seen = Stage().look({0: trust})
    assert seen.found.all()
    assert 0.05 <= seen.quality[0] <= at_most


def test_a_face_of_which_nothing_is_seen_tells_nothing() -> None:
    assert Stage().look({0: (0.0, 0.0, 0.0, 1.0)}).found.tolist() == [False]
    assert Stage().look({0: (1.0, 1.0, 1.0, 0.0)}).found.tolist() == [False]


def test_a_newcomer_is_told_with_the_next_reading_and_once() -> None:
    stage = Stage(rows=2)
    stage.track.note_fresh(1)
    assert [stage.look().fresh.tolist() for _ in range(2)] == [[False, True], [False, False]]
    stage.track.note_fresh(0)
    stage.track.reset()
    assert stage.look().fresh.tolist() == [False, False]


@pytest.mark.parametrize(("pictures_hz", "rate_hz", "expected_hz"), [(30, 15, 15), (25, 15, 15), (60, 15, 15), (10, 15, 10), (30, 60, 30)])
def test_a_track_is_read_so_often_whatever_its_pictures_come_in(pictures_hz: float, rate_hz: float, expected_hz: float) -> None:
    assert Stage(rate_hz=rate_hz).turns(1 / pictures_hz, 4.0) == pytest.approx(4 * expected_hz, abs=2)


def test_a_network_that_takes_long_leaves_half_of_the_time_to_pictures() -> None:
    stage = Stage()
    stage.reader.takes_secs = 0.08
    busy_secs = stage.turns(1 / 30, 4.0) * 0.08
    assert 1.0 < busy_secs <= 2.1


def test_a_network_that_breaks_tells_nothing_and_keeps_its_turns() -> None:
    stage = Stage()
    stage.reader.is_broken = True
    stage.track.note_fresh(0)
    face = TrackedFace(SeenFace.of_crop(PICTURE), np.array(WELL, np.float32))
    assert stage.track.read({0: face}, captured_at_nanos=NANOS_PER_SEC) is None
    assert not stage.track.is_due(NANOS_PER_SEC + 1)
    stage.reader.is_broken = False
    assert stage.look().fresh.tolist() == [True], "the newcomer was not told yet"


def test_off_is_never_due() -> None:
    clock = FakeClock()
    assert not TrackEmotion(FaceEmotion(None), clock, rows=1).is_due(0)
