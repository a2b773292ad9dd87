from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.errors import AffectiaError, ConsentMissing, SessionError
from affectia.fusion.face_fusion import FaceFusion
from affectia.rig.calibration_table import CalibrationTable
from affectia.session.calibration.calibration_plan import CalibrationPlan
from affectia.session.calibration.calibration_run import CalibrationPhase, CalibrationProgress, CalibrationRun
from affectia.signals.avatar_state import AvatarState
from affectia.signals.face_calibration import FaceCalibration
from affectia.signals.face_observations import FaceObservations
from affectia.wire import rotation
from tests.unit.fakes import SHAPE
from tests.unit.session.calibration.made_faces import AT_REST, FRAME_NANOS, YAW_DEG, seen

pytestmark = pytest.mark.unit

SLOT = np.array([0])
PHASES = CalibrationPhase

Seeing = Callable[[int, float], FaceObservations | None]  # time in nanoseconds, seconds since the run began


class Stage:
    """A run that is shown a face 30 times a second, and asked how it stands each time."""

    def __init__(self, plan: CalibrationPlan | None = None) -> None:
        self.clock = FakeClock()
        self.obstacle: AffectiaError | None = None
        self.begun_nanos = self.clock.now_nanos()
        self.run = CalibrationRun(
            plan or CalibrationPlan(),
            self.clock,
            obstacle=lambda: self.obstacle,
            unix_secs=lambda nanos: nanos // NANOS_PER_SEC + 1000,
        )

    def progress(self, secs: float, see: Seeing = lambda nanos, _: seen(nanos)) -> list[CalibrationProgress]:
        """What it says for so many seconds, to its end at most."""
        told: list[CalibrationProgress] = []
        for _ in range(round(secs * 30)):
            now_nanos = self.clock.advance(nanos=FRAME_NANOS)
            faces = see(now_nanos, (now_nanos - self.begun_nanos) / NANOS_PER_SEC)
            if faces is not None:
                self.run.offer(faces)
            told.append(self.run.progress())
            if told[-1].phase is PHASES.DONE:
                break
        return told


def calibrated(plan: CalibrationPlan | None = None, see: Seeing = lambda nanos, _: seen(nanos)) -> FaceCalibration:
    found = Stage(plan).progress(60.0, see)[-1].calibration
    assert found is not None
    return found


def shown(made: FaceCalibration | None, does: Mapping[str, float] | None = None, *, after_secs: float = 0.0) -> AvatarState:
    """The state of a face that was seen so long ago, calibrated."""
    fusion, table = FaceFusion(1), CalibrationTable(1)
    table.set(0, made)
    fusion.observe(SLOT, seen(NANOS_PER_SEC, does=does))
    state = fusion.state(SLOT, np.array([NANOS_PER_SEC + round(after_secs * NANOS_PER_SEC)]))
    table.apply(SLOT, state)
    return state


def test_it_counts_down_then_learns_then_is_done() -> None:
    told = Stage().progress(60.0)
    phases = [one.phase for one in told]
    assert list(dict.fromkeys(phases)) == [PHASES.COUNTDOWN, PHASES.NEUTRAL, PHASES.DONE]
    assert phases.count(PHASES.COUNTDOWN) == pytest.approx(90, abs=1)
    assert told[0].hint == "look at the camera, relax your face"
    assert told[0].remaining_secs == pytest.approx(3 - 1 / 30)
    assert told[100].hint == "look at the camera, hold still"
    assert told[100].remaining_secs + told[100].progress * 3 == pytest.approx(3)
    assert told[-2].remaining_secs == 0  # while the last pictures are still being looked at
    assert told[-2].progress == 1
    made = told[-1].calibration
    assert made is not None
    assert (made.name, made.alpha, made.neutral_frames) == ("default", 1.0, 90)
    assert made.made_unix_secs == 1000 + 1 + 6


def test_faces_are_made_after_the_rest() -> None:
    def see(nanos: int, secs: float) -> FaceObservations:
        return seen(nanos, does={"jawOpen": 0.7} if 5 < secs < 6 else None)

    told = Stage(CalibrationPlan(countdown_secs=0, range_secs=10)).progress(60.0, see)
    making = [one for one in told if one.phase is PHASES.RANGE]
    assert len(making) == pytest.approx(300, abs=6)
    assert len({one.hint for one in making}) == 4  # a new one each two and a half seconds
    made = told[-1].calibration
    assert made is not None
    assert made.largest[SHAPE["jawOpen"]] == pytest.approx(0.7, abs=0.01)
    assert made.range_frames == pytest.approx(300, abs=1)


def test_what_is_seen_in_the_countdown_teaches_nothing() -> None:
    made = calibrated(see=lambda nanos, secs: seen(nanos, does={"jawOpen": 1.0} if secs < 2.9 else None))
    assert made.neutral[SHAPE["jawOpen"]] == 0
    assert made.steadiness == pytest.approx(1, abs=0.01)


def test_a_face_that_is_not_seen_is_asked_for() -> None:
    def see(nanos: int, secs: float) -> FaceObservations:
        return FaceObservations.nobody(nanos) if 1 < secs < 4 else seen(nanos)

    told = Stage().progress(60.0, see)
    assert told[45].hint == told[100].hint == "no face is seen: come into the picture"
    assert told[140].hint == "look at the camera, hold still"


def test_a_rest_that_is_none_ends_it_before_faces_are_made() -> None:
    stage = Stage(CalibrationPlan(range_secs=60))
    with pytest.raises(SessionError, match="^face was seen in 0 of 90 pictures"):
        stage.progress(60.0, lambda nanos, _: FaceObservations.nobody(nanos))
    assert (stage.clock.now_nanos() - stage.begun_nanos) / NANOS_PER_SEC < 6.3
    with pytest.raises(SessionError, match="^face was seen in"):
        stage.run.progress()


def test_pictures_that_never_come_end_it() -> None:
    with pytest.raises(SessionError, match="^no picture was looked at"):
        Stage().progress(60.0, lambda nanos, _: None)


@pytest.mark.parametrize("after_secs", [1.0, 4.0, 8.0])
def test_an_obstacle_ends_it_whenever_it_comes(after_secs: float) -> None:
    stage = Stage(CalibrationPlan(range_secs=10))
    stage.progress(after_secs)
    stage.obstacle = ConsentMissing("consent was taken back")
    with pytest.raises(ConsentMissing, match="^consent was taken back$"):
        stage.run.progress()
    stage.obstacle = None  # it was given again: what was dropped does not come back
    with pytest.raises(ConsentMissing):
        stage.progress(60.0)


def test_what_is_dropped_while_it_learns_is_not_told() -> None:
    stage = Stage()
    stage.progress(6.1)

    def unix_secs(nanos: int) -> int:
        stage.run.drop(SessionError("dropped"))  # just when the calibration is made
        return 0

    stage.run._unix_secs = unix_secs
    with pytest.raises(SessionError, match="^dropped$"):
        stage.progress(1.0)


def test_pictures_that_come_too_late_for_their_part_are_left_out() -> None:
    stage = Stage(CalibrationPlan(range_secs=10))
    stage.progress(7.0)
    late_nanos = stage.begun_nanos + 6 * NANOS_PER_SEC - 1  # of the face at rest
    stage.run.offer(FaceObservations.nobody(late_nanos))
    assert stage.run.progress().hint == "smile as wide as you can"
    made = stage.progress(60.0)[-1].calibration
    assert made is not None
    assert made.neutral_frames == 90


def test_a_face_at_rest_shows_nothing_after_it_and_still_goes_all_the_way() -> None:
    made = calibrated()
    rest = shown(made)
    assert np.abs(rest.blendshapes).max() < 0.02
    assert np.abs(rest.blink).max() < 0.02
    assert np.abs(rest.gaze).max() < 0.02
    assert np.abs(rest.action_units).max() < 0.02
    np.testing.assert_allclose(rest.head_rotation, [[0, 0, 0, 1]], atol=1e-6)
    assert np.abs(shown(None).blendshapes).max() > 0.4  # before, its lids were half shut
    full = shown(made, dict.fromkeys(("eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight", "browInnerUp"), 1.0))
    for name in ("eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthSmileRight", "browInnerUp"):
        assert full.blendshapes[0, SHAPE[name]] >= 0.95
    assert full.blink.min() >= 0.95


def test_a_blink_and_a_smile_that_go_less_far_reach_the_end_where_that_was_learned() -> None:
    most = {"eyeBlinkLeft": 0.8, "eyeBlinkRight": 0.8, "mouthSmileLeft": 0.6, "mouthSmileRight": 0.6}
    made = calibrated(CalibrationPlan(range_secs=10), lambda nanos, secs: seen(nanos, does=most if 8 < secs < 9 else None))
    full = shown(made, most)
    for name in most:
        assert full.blendshapes[0, SHAPE[name]] >= 0.95


def test_a_face_that_is_lost_eases_to_rest_without_a_jump() -> None:
    made = calibrated()
    times_secs = np.arange(0, 1.0, 1 / 60)
    for does in (None, {"mouthSmileLeft": 1.0, "eyeBlinkLeft": 1.0, "jawOpen": 1.0}):
        states = [shown(made, does, after_secs=secs) for secs in times_secs]
        shapes = np.array([state.blendshapes[0] for state in states])
        bare = np.array([shown(None, does, after_secs=secs).blendshapes[0] for secs in times_secs])
        assert not shapes[-1].any()
        # No step is larger than the face's own would be without a calibration, but for rounding.
        assert np.abs(np.diff(shapes, axis=0)).max() <= np.abs(np.diff(bare, axis=0)).max() + 1e-6
        assert (np.diff(shapes, axis=0) <= 1e-6).all()  # it only ever eases away
        angles = [abs(rotation.to_euler_deg(state.head_rotation)[0]).max() for state in states]
        assert max(angles) < 0.01


def test_a_turned_head_that_is_lost_goes_home_evenly() -> None:
    made = calibrated()
    fusion, table = FaceFusion(1), CalibrationTable(1)
    table.set(0, made)
    fusion.observe(SLOT, seen(NANOS_PER_SEC, yaw_deg=18.0))
    yaws = []
    for frame in range(60):
        state = fusion.state(SLOT, np.array([NANOS_PER_SEC + frame * NANOS_PER_SEC // 60]))
        table.apply(SLOT, state)
        yaws.append(rotation.to_euler_deg(state.head_rotation)[0, 0])
    assert yaws[0] == pytest.approx(18, abs=1e-3)
    assert yaws[-1] == pytest.approx(0, abs=1e-4)
    assert (np.diff(yaws) <= 1e-4).all()
    assert np.abs(np.diff(yaws)).max() < 1.0


def test_a_reset_gives_exactly_what_is_measured() -> None:
    fusion, table = FaceFusion(1), CalibrationTable(1)
    fusion.observe(SLOT, seen(NANOS_PER_SEC, does={"jawOpen": 0.3}))
    table.set(0, calibrated())
    table.apply(SLOT, fusion.state(SLOT, np.array([NANOS_PER_SEC])))
    table.set(0, None)
    state = fusion.state(SLOT, np.array([NANOS_PER_SEC]))
    table.apply(SLOT, state)
    assert np.array_equal(state.values, fusion.state(SLOT, np.array([NANOS_PER_SEC])).values)
    assert state.blendshapes[0, SHAPE["mouthSmileLeft"]] == np.float32(AT_REST["mouthSmileLeft"])
    assert rotation.to_euler_deg(state.head_rotation)[0, 0] == pytest.approx(YAW_DEG, abs=1e-3)
