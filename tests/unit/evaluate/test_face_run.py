from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.clock import FakeClock
from affectia.evaluate.face_method import FaceMethod
from affectia.evaluate.face_run import CROPS, FOUND, RUNTIME, FaceRun
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from affectia.perception.face.emotion.seen_face import FaceFeelings, SeenFace
from affectia.signals.emotion_observations import ALL_EMOTIONS, AffectMethod
from tests.unit.evaluate.trees import FEAR, HAPPY, SAD, picture

pytestmark = pytest.mark.unit


class LevelReader:
    """Calls a bright face happy and a dark one sad, and the whole picture of a crop sad always; each reading takes 2 ms."""

    name, support, provider = "level", ALL_EMOTIONS & ~(1 << FEAR), ""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def read(self, faces: Sequence[SeenFace], *, with_mouthless: bool = False) -> FaceFeelings:
        self._clock.advance(secs=0.002)
        bright = [face.landmarks_px is not None and face.rgb.mean() > 100 for face in faces]
        scores = np.eye(8, dtype=np.float32)[np.where(bright, HAPPY, SAD)]
        return FaceFeelings(scores, self.support, np.zeros((len(faces), 3), np.float32), AffectMethod.PROJECTED)


class BrightLooker:
    """Finds landmarks in pictures that are not black; each look takes 10 ms."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def look_anyhow(self, crop: NDArray[np.uint8]) -> tuple[SeenFace, bool]:
        self._clock.advance(secs=0.01)
        face = SeenFace.of_crop(crop)
        return (SeenFace(crop, np.zeros((478, 3)), face.values), True) if crop.any() else (face, False)


def items() -> tuple[LabelledItem, ...]:
    grey = [(HAPPY, 200), (SAD, 50), (SAD, 0), (HAPPY, 0), (FEAR, 90)]
    return tuple(LabelledItem(str(number), label, pixels=np.full((48, 48), level, np.uint8)) for number, (label, level) in enumerate(grey))


def test_both_ways_are_answered_with_coverage_and_times() -> None:
    clock = FakeClock()
    steps: list[None] = []
    run = FaceRun(FaceMethod(LevelReader(clock), "level", ()), BrightLooker(clock), clock=clock)
    found = run.run(LabelledSet("made", "folders", items(), {"calm": 2}), step=lambda: steps.append(None))
    crops, runtime, reached = found.views
    assert (crops.name, runtime.name, reached.name) == (CROPS, RUNTIME, FOUND)
    assert crops.answers.told.tolist() == [SAD] * 4
    assert runtime.answers.told.tolist() == [HAPPY, SAD, SAD, SAD]  # without landmarks the crop is read
    assert reached.answers.truth.tolist() == [HAPPY, SAD]
    assert runtime.coverage == 0.5
    assert crops.durations.percentile_ms(50) == pytest.approx(2)
    assert runtime.durations.percentile_ms(50) == pytest.approx(12)
    assert found.left_out == {"calm": 2, "fear, which the network does not tell": 1}
    assert len(steps) == 5


def test_only_what_is_wanted_is_run() -> None:
    clock = FakeClock()
    data = LabelledSet("made", "folders", items())
    needy = FaceMethod(LevelReader(clock), "level", (), needs_landmarks=True)
    assert [view.name for view in FaceRun(needy, BrightLooker(clock), clock=clock).run(data).views] == [RUNTIME, FOUND]
    plain = FaceMethod(LevelReader(clock), "level", ())
    assert [view.name for view in FaceRun(plain, None, clock=clock).run(data).views] == [CROPS]
    assert [view.name for view in FaceRun(plain, BrightLooker(clock), clock=clock, with_crops=False).run(data).views] == [RUNTIME, FOUND]


def test_file_that_is_no_picture_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    files = [LabelledItem("broken.png", HAPPY, tmp_path / "broken.png"), LabelledItem("sad/a.png", SAD, picture(tmp_path / "a.png"))]
    found = FaceRun(FaceMethod(LevelReader(FakeClock()), "level", ()), None).run(LabelledSet("made", "folders", tuple(files)))
    assert found.failures == (("broken.png", "picture cannot be decoded, expected JPEG, PNG or the like"),)
    assert found.views[0].answers.told.tolist() == [SAD]
