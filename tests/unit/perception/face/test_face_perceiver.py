from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.perception.face.emotion.face_emotion import FaceEmotion, FaceEmotionOptions
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.perception.face.face_perceiver import FacePerceiver
from affectia.perception.face.landmarks.detected_face import DetectedFace
from affectia.registry import BLENDSHAPES
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from affectia.signals.face_channels import ACTION_UNITS, ALL_ACTION_UNITS, BLINK_BIT, BLINK_EVENTS_BIT, GAZE_BIT
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from tests.unit.perception.face.made_faces import mesh_cm, seen

pytestmark = pytest.mark.unit

LEFT, RIGHT = (-14.0, 0.0, -60.0), (14.0, 0.0, -60.0)  # in the picture
JAW = BLENDSHAPES.index("jawOpen")


class FakeLandmarker:
    """Finds what it is told to, and takes 5 ms for it."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.found: list[DetectedFace] = []
        self.closed = False

    def detect(self, sample: VideoSample) -> list[DetectedFace]:
        self.clock.advance(secs=0.005)
        return self.found

    def faces(self, result: list[DetectedFace], sample: VideoSample) -> list[DetectedFace]:
        self.clock.advance(secs=0.001)
        return result

    def close(self) -> None:
        self.closed = True


class Stage:
    """A perceiver whose network is told what to find."""

    def __init__(self, faces: int = 1, *, emotion: FaceEmotion | None = None, with_voice: bool = False) -> None:
        self.clock = FakeClock(start_nanos=NANOS_PER_SEC)
        self.landmarker = FakeLandmarker(self.clock)
        self.perceiver = FacePerceiver(self.landmarker, self.clock, faces=faces, emotion=emotion, with_voice=with_voice)

    def look(self, *found: DetectedFace, after_secs: float = 0.033) -> FaceObservations:
        self.landmarker.found = list(found)
        self.clock.advance(secs=after_secs)
        rgb = np.full((480, 640, 3), 128, np.uint8)
        return self.perceiver.perceive(VideoSample(self.clock.now_nanos(), 0, rgb))


def person(place_cm: tuple[float, float, float], *, jaw: float = 0.0, mesh: int = 1) -> DetectedFace:
    shapes = np.zeros(52, np.float32)
    shapes[JAW] = jaw
    return seen(mesh_cm(mesh), position_cm=place_cm, shapes=shapes)


def test_a_face_fills_its_row_and_says_what_is_measured() -> None:
    stage = Stage()
    at_nanos = stage.clock.now_nanos() + 33_000_000
    faces = stage.look(person((3.0, -2.0, -50.0), jaw=0.8))
    assert faces.captured_at_nanos == at_nanos
    assert faces.found.tolist() == [True]
    assert faces.measured.tolist() == [ALL_ACTION_UNITS | GAZE_BIT | BLINK_BIT | BLINK_EVENTS_BIT]
    assert faces.fresh.tolist() == [True]
    assert stage.look(person((3.0, -2.0, -50.0))).fresh.tolist() == [False]
    assert faces.head_position_cm[0] == pytest.approx([3, -2, -50])
    assert faces.head_rotation[0] == pytest.approx([0, 0, 0, 1], abs=1e-6)
    assert faces.blendshapes[0, JAW] > 0.5
    assert np.isfinite(faces.values).all()
    assert 0 <= faces.values[:, ACTION_UNITS].min() <= faces.values[:, ACTION_UNITS].max() <= 1
    assert (faces.confidence >= 0).all()
    assert (faces.confidence <= 1).all()


def test_the_network_and_what_is_around_it_are_timed_apart() -> None:
    faces = Stage().look(person((0.0, 0.0, -50.0)))
    assert faces.network_nanos == 5_000_000
    assert faces.perceived_in_nanos == 6_000_000


def test_nobody_is_nobody() -> None:
    stage = Stage(faces=2)
    faces = stage.look()
    assert faces.found.tolist() == [False, False]
    assert stage.perceiver.notice == ""


def test_two_people_keep_their_rows_whatever_order_the_network_has_them_in() -> None:
    stage = Stage(faces=2)
    for number in range(20):
        two = [person(LEFT, jaw=0.2), person(RIGHT, jaw=0.9, mesh=2)]
        faces = stage.look(*(two if number % 2 == 0 else two[::-1]))
    assert faces.found.all()
    left, right = faces.head_position_cm[:, 0].argsort()
    assert faces.blendshapes[left, JAW] < faces.blendshapes[right, JAW]
    again = stage.look(person(RIGHT, jaw=0.9, mesh=2), person(LEFT, jaw=0.2))
    assert again.head_position_cm[:, 0] == pytest.approx(faces.head_position_cm[:, 0], abs=1e-3)


def test_a_face_that_belongs_to_nobody_yet_is_not_shown() -> None:
    """One row only: the second face in view is left out."""
    stage = Stage(faces=1)
    for _ in range(10):
        faces = stage.look(person(LEFT), person(RIGHT, mesh=2))
    assert faces.found.shape == (1,)
    assert faces.found.all()


@pytest.mark.parametrize("part", ["landmarks_px", "blendshapes", "matrix"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0])
def test_a_broken_face_is_not_found_and_takes_nobody_down(part: str, value: float) -> None:
    stage = Stage(faces=2)
    broken = person(RIGHT, mesh=2)
    getattr(broken, part)[:] = value
    for _ in range(5):
        faces = stage.look(person(LEFT), broken)
    assert int(faces.found.sum()) == 2 if (part, value) == ("blendshapes", 0.0) else 1
    assert np.isfinite(faces.values).all()


def test_what_is_forgotten_comes_back_as_somebody_new_and_the_picture_is_let_go() -> None:
    stage = Stage()
    for _ in range(10):
        stage.look(person(LEFT))
    stage.perceiver.forget()
    assert stage.perceiver.notice == ""
    assert stage.look(person(LEFT)).found.all()


def test_closing_frees_the_network() -> None:
    stage = Stage()
    stage.perceiver.close()
    assert stage.landmarker.closed


class JawReader:
    """Takes an open jaw for surprise, and keeps nothing of the faces but what it was asked."""

    name = "fer"
    provider = "CPUExecutionProvider"
    support = ALL_EMOTIONS

    def __init__(self) -> None:
        self.asked: list[tuple[int, bool]] = []
        self.is_broken = False

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        self.asked.append((len(faces), with_mouthless))
        if self.is_broken:
            raise RuntimeError("broken")
        assert all(face.landmarks_px is not None and face.rgb.shape == (480, 640, 3) for face in faces)
        scores = np.zeros((len(faces), 8), np.float32)
        scores[:, 4] = [face.values[JAW] for face in faces]
        scores[:, 0] = 1 - scores[:, 4]
        return FaceFeelings(scores, ALL_EMOTIONS, np.zeros((len(faces), 3), np.float32), AffectMethod.PROJECTED, scores.copy())


def feeling_stage(faces: int = 1, *, rate_hz: float = 15.0, with_voice: bool = False) -> tuple[Stage, JawReader]:
    reader = JawReader()
    emotion = FaceEmotion(reader, FaceEmotionOptions(rate_hz=rate_hz))
    return Stage(faces, emotion=emotion, with_voice=with_voice), reader


def test_finishing_tells_how_the_people_of_the_picture_seem_to_feel_each_in_its_row() -> None:
    stage, reader = feeling_stage(2, rate_hz=60)
    for number in range(20):
        two = [person(LEFT, jaw=0.2), person(RIGHT, jaw=0.9, mesh=2)]
        faces = stage.look(*(two if number % 2 == 0 else two[::-1]))
        felt = stage.perceiver.finish()
        assert felt is not None
        assert felt.captured_at_nanos == faces.captured_at_nanos
        assert felt.fresh.tolist() == faces.fresh.tolist()
        found = faces.found
        assert felt.scores[found, 4].tolist() == faces.blendshapes[found, JAW].tolist()
    assert found.all()
    assert np.ptp(faces.blendshapes[:, JAW]) > 0.3
    assert reader.asked[-1] == (2, False)


def test_people_are_not_read_with_every_picture_and_a_newcomer_in_between_is_told_all_the_same() -> None:
    stage, reader = feeling_stage(rate_hz=5)
    told = []
    for number in range(31):
        stage.look(*([] if number < 4 else [person(LEFT)]))
        told.append(stage.perceiver.finish())
    assert len(reader.asked) == pytest.approx(4, abs=1)
    fresh = [seen.fresh.tolist() for seen in told if seen is not None]
    assert fresh.count([True]) == 1


def test_nobody_in_view_is_told_so() -> None:
    stage, reader = feeling_stage()
    stage.look()
    felt = stage.perceiver.finish()
    assert felt is not None
    assert (felt.found.tolist(), reader.asked) == ([False], [])


def test_a_face_is_as_little_trusted_as_it_is_seen() -> None:
    """The made picture is one grey: nothing of a face is to be seen in it."""
    stage, _ = feeling_stage()
    stage.look(person(LEFT))
    felt = stage.perceiver.finish()
    assert felt is not None
    assert felt.quality[0] < 0.3


def test_with_a_voice_the_mouth_is_left_out_as_well() -> None:
    stage, reader = feeling_stage(with_voice=True)
    stage.look(person(LEFT))
    stage.perceiver.finish()
    assert reader.asked == [(1, True)]


def test_a_network_of_emotions_that_breaks_takes_nothing_else_down() -> None:
    stage, reader = feeling_stage(rate_hz=60)
    reader.is_broken = True
    for _ in range(3):
        assert stage.look(person(LEFT)).found.all()
        assert stage.perceiver.finish() is None
    assert len(reader.asked) == 3


def test_without_emotion_and_with_one_that_is_off_finishing_tells_nothing() -> None:
    for stage in (Stage(), Stage(emotion=FaceEmotion(None))):
        stage.look(person(LEFT))
        assert stage.perceiver.finish() is None


@pytest.mark.parametrize("let_go", ["release", "forget", "finish"])
def test_a_picture_that_was_let_go_or_finished_is_not_read(let_go: str) -> None:
    stage, reader = feeling_stage(rate_hz=60)
    stage.look(person(LEFT))
    getattr(stage.perceiver, let_go)()
    reader.asked.clear()
    stage.clock.advance(secs=1)
    assert stage.perceiver.finish() is None
    assert reader.asked == []
