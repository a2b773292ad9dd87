from __future__ import annotations

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC
from affectia.fusion.face_fusion import FaceFusionOptions
from affectia.perception.face.face_analysis import FaceAnalysis, FaceReading
from affectia.registry import BLENDSHAPES, Group
from affectia.signals import face_channels
from affectia.signals.face_channels import BLINK, BLINK_EVENTS, CHANNELS, POSITION, SHAPES, TURN
from affectia.wire import rotation
from tests.unit.perception.face import made_eyes
from tests.unit.perception.face.made_faces import mesh_cm, seen

pytestmark = pytest.mark.unit

PICTURE = np.random.default_rng(3).integers(90, 160, (480, 640, 3)).astype(np.uint8)


def observed(
    analysis: FaceAnalysis, mesh: np.ndarray, *, secs: float, blink: float = 0.05, **place: object
) -> tuple[FaceReading, np.ndarray]:
    shapes = np.zeros(52, np.float32)
    for side in ("Left", "Right"):
        shapes[BLENDSHAPES.index(f"eyeBlink{side}")] = blink
    face = seen(mesh, shapes=shapes, **place)  # type: ignore[arg-type]
    values = face_channels.at_rest(1)[0]
    return analysis.observe(face, PICTURE, time_nanos=round((10 + secs) * NANOS_PER_SEC), values=values), values


def with_eyes(gap: float) -> np.ndarray:
    """Some points of a head, with eyes that are open so far."""
    points, eyes = mesh_cm(), made_eyes.points((gap, gap))
    made = eyes.any(axis=1)
    points[made] = eyes[made]
    return points


@pytest.fixture
def mesh() -> np.ndarray:
    return with_eyes(made_eyes.OPEN_GAP)


def test_every_channel_is_finite_and_in_its_range(mesh: np.ndarray) -> None:
    analysis = FaceAnalysis()
    for step in range(10):
        reading, values = observed(analysis, mesh, secs=step / 30, yaw_pitch_roll_deg=(4.0 * step, -3.0 * step, 2.0 * step))
        assert values.shape == (CHANNELS,)
        assert np.isfinite(values).all()
        assert 0 <= values[SHAPES].min() <= values[SHAPES].max() <= 1
        assert 0 <= values[BLINK].min() <= values[BLINK].max() <= 1
        assert np.linalg.norm(values[TURN]) == pytest.approx(1, abs=1e-5)
        assert reading.confidence.shape == (4,)


def test_the_head_is_where_the_matrix_says(mesh: np.ndarray) -> None:
    _, values = observed(FaceAnalysis(), mesh, secs=0, yaw_pitch_roll_deg=(20.0, -10.0, 5.0), position_cm=(4.0, -3.0, -55.0))
    assert rotation.to_euler_deg(values[TURN]) == pytest.approx([20, -10, 5], abs=1e-3)
    assert values[POSITION] == pytest.approx([4, -3, -55])


def test_the_field_of_view_reaches_the_head(mesh: np.ndarray) -> None:
    _, values = observed(FaceAnalysis(vertical_fov_deg=40), mesh, secs=0)
    assert values[POSITION][2] < -80


def test_blinks_are_counted_over_the_people_of_a_row(mesh: np.ndarray) -> None:
    analysis = FaceAnalysis()

    def blinked(at_secs: float) -> list[float]:
        for step in range(40):
            _, values = observed(analysis, mesh, secs=at_secs + step / 30)
        for step in range(40, 44):
            _, values = observed(analysis, with_eyes(0.02), secs=at_secs + step / 30, blink=0.75)
        for step in range(44, 60):
            _, values = observed(analysis, mesh, secs=at_secs + step / 30)
        return [float(count) for count in values[BLINK_EVENTS]]

    first = blinked(0)
    assert first[:3] == [1, 0, 0]
    assert 60 <= first[3] <= 250
    analysis.reset()
    assert blinked(10)[0] == 2


def test_a_face_is_not_trusted_before_it_is_seen_twice(mesh: np.ndarray) -> None:
    analysis = FaceAnalysis()
    for began_secs in (0.0, 5.0):
        first, _ = observed(analysis, mesh, secs=began_secs)
        second, _ = observed(analysis, mesh, secs=began_secs + 1 / 30)
        assert first.confidence.max() < FaceFusionOptions().least_confidence
        assert first.confidence == pytest.approx(0.2 * second.confidence, abs=0.05)
        assert second.confidence.max() > 0
        analysis.reset()  # somebody else comes


def test_a_trembling_profile_is_steadied(mesh: np.ndarray) -> None:
    analysis = FaceAnalysis()
    shown = [observed(analysis, mesh, secs=step / 30, yaw_pitch_roll_deg=(60.0 + step % 2, 0.0, 0.0))[1] for step in range(30)]
    yaws = rotation.to_euler_deg(np.stack([values[TURN] for values in shown]))[10:, 0]
    assert np.ptp(yaws) < 0.5


def test_eyes_that_look_away_are_not_trusted(mesh: np.ndarray) -> None:
    analysis = FaceAnalysis()
    straight, _ = observed(analysis, mesh, secs=0)
    for step in range(1, 20):
        away, _ = observed(analysis, mesh, secs=step / 30, yaw_pitch_roll_deg=(85.0, 0.0, 0.0))
    assert away.confidence[Group.EYES] <= straight.confidence[Group.EYES]
