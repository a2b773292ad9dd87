from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectia.capture.source import SourceState
from affectia.capture.synthetic import SyntheticOptions, SyntheticSource, wiggle
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.registry import BLENDSHAPES
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation

pytestmark = pytest.mark.unit

OPTIONS = SyntheticOptions(shape_secs=0.5, head_circle_secs=8, head_circle_deg=15)


def at(secs: float, avatars: int = 1) -> FaceObservations:
    return wiggle(round(secs * NANOS_PER_SEC), avatars=avatars, options=OPTIONS, captured_at_nanos=7)


def test_every_blendshape_has_its_turn_alone() -> None:
    for place in range(len(BLENDSHAPES)):
        shapes = at(0.5 * place + 0.25).blendshapes[0]
        assert shapes[place] == pytest.approx(1)
        assert np.count_nonzero(shapes) == 1
    np.testing.assert_allclose(at(0.5 * len(BLENDSHAPES) + 0.1).blendshapes, at(0.1).blendshapes, atol=1e-5)


def test_a_shape_rises_and_falls() -> None:
    values = [float(at(number / 100).blendshapes[0, 0]) for number in range(50)]
    assert values[0] == 0
    assert values[:26] == sorted(values[:26])
    assert values[25:] == sorted(values[25:], reverse=True)


def test_each_avatar_is_one_shape_further_on() -> None:
    shapes = at(0.25, avatars=60).blendshapes
    assert shapes.argmax(axis=1).tolist() == [place % len(BLENDSHAPES) for place in range(60)]


def test_the_head_circles_through_all_four_sides() -> None:
    angles = [rotation.to_euler_deg(at(secs).head_rotation[0]).tolist() for secs in (0, 2, 4, 6)]
    assert angles[0] == pytest.approx([15, 0, 0], abs=1e-3)
    assert angles[1] == pytest.approx([0, 15, 0], abs=1e-3)
    assert angles[2] == pytest.approx([-15, 0, 0], abs=1e-3)
    assert angles[3] == pytest.approx([0, -15, 0], abs=1e-3)


@given(st.integers(0, 10**15), st.integers(1, 20))
def test_made_up_faces_are_whole(time_nanos: int, avatars: int) -> None:
    faces = wiggle(time_nanos, avatars=avatars, options=OPTIONS, captured_at_nanos=7)
    assert faces.found.tolist() == [True] * avatars
    assert faces.blendshapes.dtype == np.float32
    assert 0 <= faces.blendshapes.min() <= faces.blendshapes.max() <= 1 + 1e-6
    assert np.linalg.norm(faces.head_rotation, axis=1) == pytest.approx(np.ones(avatars), abs=1e-5)
    assert faces.captured_at_nanos == 7


def test_the_source_delivers_until_it_is_stopped_and_asks_for_nobodys_consent() -> None:
    seen: list[FaceObservations] = []
    enough = threading.Event()

    def sink(faces: FaceObservations) -> None:
        seen.append(faces)
        if len(seen) == 5:
            enough.set()

    source = SyntheticSource(2, sink, SystemClock(), SyntheticOptions(rate_hz=200))
    assert source.modality is None
    source.start(name="capture-synthetic")
    assert enough.wait(10)
    source.stop()
    count = len(seen)
    assert source.state is SourceState.ENDED
    assert source.captured_count == count
    times = [faces.captured_at_nanos for faces in seen]
    assert times == sorted(set(times))
    assert times[4] - times[0] >= 4 * NANOS_PER_SEC // 200 - NANOS_PER_SEC // 1000  # paced, not as fast as it can
    assert seen[0].blendshapes.shape == (2, len(BLENDSHAPES))
