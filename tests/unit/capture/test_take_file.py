from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from affectia.capture.source import SourceState
from affectia.capture.take_file import TakeFileOptions, TakeFileSource
from affectia.clock import NANOS_PER_SEC, FakeClock, SystemClock
from affectia.errors import CaptureError, ConfigError
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.signals.face_observations import FaceObservations
from affectia.store.take_csv import RADIANS, write_take
from affectia.wire import rotation
from tests.unit.fakes import FakeTransport, slots
from tests.unit.takes import csv, posable, take

pytestmark = pytest.mark.unit


class Audience:
    """Keeps what a source delivers; `seen(n)` waits for n of it."""

    def __init__(self) -> None:
        self.faces: list[FaceObservations] = []
        self._changed = threading.Condition()

    def __call__(self, faces: FaceObservations) -> None:
        with self._changed:
            self.faces.append(faces)
            self._changed.notify_all()

    def seen(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.faces) >= count, 10)


def written(path: Path, count: int = 12, *, rate_hz: float = 60.0) -> Path:
    write_take(path / "take.csv", take(count, rate_hz=rate_hz), rate_hz=rate_hz, start_secs_of_day=0.95)
    return path / "take.csv"


def played(path: Path, options: TakeFileOptions, *, until: int) -> tuple[TakeFileSource, Audience]:
    audience = Audience()
    source = TakeFileSource(path, audience, SystemClock(), options)
    source.start(name="capture-take")
    assert audience.seen(until)
    return source, audience


def test_every_row_comes_once_in_order_on_its_own_time(tmp_path: Path) -> None:
    source, audience = played(written(tmp_path), TakeFileOptions(), until=1)
    assert source._thread is not None
    source._thread.join(10)
    assert (source.state, source.detail) == (SourceState.ENDED, "take:take.csv came to its end")
    # On a machine that is busy a row may be passed over for its successor; none comes twice, and none out of turn.
    assert source.captured_count + source.passed_over == 12
    shapes = np.concatenate([faces.blendshapes for faces in audience.faces])
    recorded = take(12).blendshapes
    rows = [int(np.abs(recorded - shown).max(axis=1).argmin()) for shown in shapes]
    np.testing.assert_allclose(shapes, recorded[rows], atol=1e-6)
    assert rows == sorted(set(rows))
    assert rows[-1] == 11
    times = np.array([faces.captured_at_nanos for faces in audience.faces])
    assert (np.diff(times) > 0).all()
    assert (times[-1] - times[0]) / NANOS_PER_SEC == pytest.approx((rows[-1] - rows[0]) / 60, abs=0.1)


def test_the_pipeline_shows_what_stands_in_the_take(tmp_path: Path) -> None:
    clock, transport = FakeClock(), FakeTransport()
    pipeline = Pipeline(transport, clock, PipelineOptions(slots=1))
    pipeline.open_slot(0, "a", precision_bits=8, rate_hz=120, smoothing=0)
    made = posable(take(12, rate_hz=60))  # what no face does is put right on the way
    write_take(tmp_path / "take.csv", made, rate_hz=60, start_secs_of_day=0.95)
    source = TakeFileSource(tmp_path / "take.csv", lambda _faces: None, clock)
    for place in range(12):
        pipeline.tick(*pipeline.observe(slots(0), source.observations(place, clock.advance(secs=1 / 60))))
    frames = transport.frames("a")
    expected = made
    shapes = np.array([frame.blendshape_weights() for frame in frames])
    assert np.abs(shapes - expected.blendshapes).max() <= 0.5 / 255 + 1e-6
    bones = np.array([frame.bone_quaternions() for frame in frames])
    heads = rotation.to_euler_deg(rotation.multiplied(bones[:, 3], bones[:, 4]))
    assert np.abs(heads - expected.head_deg).max() < 0.05


def test_a_row_without_a_face_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "take.csv").write_text(csv("12:00:00:00.000") + "12:00:00:01.000,0\n")
    source = TakeFileSource(tmp_path / "take.csv", lambda _faces: None, FakeClock())
    assert [bool(source.observations(place, 5).found[0]) for place in (0, 1)] == [True, False]
    assert source.observations(1, 5).captured_at_nanos == 5


def test_it_starts_again_until_it_is_stopped(tmp_path: Path) -> None:
    source, audience = played(written(tmp_path, 4), TakeFileOptions(loop=True, speed=4), until=14)
    source.stop()
    count = len(audience.faces)
    assert source.captured_count == count
    first, again = audience.faces[0].blendshapes, [faces.blendshapes for faces in audience.faces[1:]]
    assert any(np.array_equal(first, shapes) for shapes in again)


def test_speed_is_a_factor_of_time(tmp_path: Path) -> None:
    path = written(tmp_path)
    slow, fast = (TakeFileSource(path, lambda _faces: None, FakeClock(), TakeFileOptions(speed=speed)) for speed in (0.5, 2.0))
    assert [slow.duration_secs, fast.duration_secs] == pytest.approx([0.4, 0.1], abs=1e-3)
    assert [slow.frame_rate_hz, fast.frame_rate_hz] == pytest.approx([30, 120], rel=1e-3)


def test_rows_whose_successor_is_due_are_passed_over(tmp_path: Path) -> None:
    class LateClock(FakeClock):
        """Every look at it takes a tenth of a second."""

        def now_nanos(self) -> int:
            return self.advance(secs=0.1)

    audience = Audience()
    source = TakeFileSource(written(tmp_path), audience, LateClock())
    source._run()
    assert source.passed_over > 0
    assert source.passed_over + source.captured_count == 12
    np.testing.assert_allclose(audience.faces[-1].blendshapes[0], take(12).blendshapes[-1], atol=1e-6)


def test_angles_are_on_the_scale_that_is_named(tmp_path: Path) -> None:
    write_take(tmp_path / "take.csv", take(3), rate_hz=30, angle_scale=RADIANS)
    source = TakeFileSource(tmp_path / "take.csv", lambda _faces: None, FakeClock(), TakeFileOptions(angle_scale=RADIANS))
    turns = np.concatenate([source.observations(place, 1).head_rotation for place in range(3)])
    np.testing.assert_allclose(rotation.to_euler_deg(turns), take(3).head_deg, atol=0.01)


def test_it_needs_nobodys_consent_and_names_no_folder(tmp_path: Path) -> None:
    source = TakeFileSource(written(tmp_path), lambda _faces: None, FakeClock())
    assert source.modality is None
    assert source.description == "take:take.csv"


def test_a_file_that_is_no_take_is_refused_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="take does not exist"):
        TakeFileSource(tmp_path / "none.csv", lambda _faces: None, FakeClock())


@pytest.mark.parametrize("speed", [0.0, -1.0, 101.0, float("nan"), float("inf")])
def test_speeds_that_cannot_be_are_refused(speed: float) -> None:
    with pytest.raises(ConfigError, match="expected 0.01 to 100"):
        TakeFileOptions(speed=speed)
