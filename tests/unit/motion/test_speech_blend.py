from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from affectia.errors import ConfigError
from affectia.motion.speech_blend import SpeechBlend, SpeechBlendOptions
from tests.unit.fakes import SHAPE, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
JAW, FUNNEL, SMILE = SHAPE["jawOpen"], SHAPE["mouthFunnel"], SHAPE["mouthSmileLeft"]


def row(**amounts: float) -> Floats:
    shapes = np.zeros((1, 52), np.float32)
    for name, amount in amounts.items():
        shapes[0, SHAPE[name]] = amount
    return shapes


def step(
    target: SpeechBlend,
    speech: Floats,
    dt_secs: float,
    *,
    weight: float = 1.0,
    closure: float = 0.0,
    face: Floats | None = None,
    slot: int = 0,
) -> Floats:
    shapes = row() if face is None else face.copy()
    target.blend(
        slots(slot),
        shapes,
        speech=speech,
        closure=np.array([[closure, 0]], np.float32),
        weight=np.array([weight], np.float32),
        dt_secs=np.array([dt_secs], np.float32),
    )
    return shapes


def weight_of(target: SpeechBlend, slot: int = 0) -> float:
    """How far a mouth is the voice's, asked without letting time pass."""
    nothing = np.zeros((1, 2), np.float32)
    return float(target.blend(slots(slot), row(), speech=row(), closure=nothing, weight=nothing[0, :1], dt_secs=nothing[0, 1:])[0])


def speaking(**amounts: float) -> SpeechBlend:
    """A blend whose voice has the mouth, settled at a spoken one."""
    target = SpeechBlend(2)
    for _ in range(4):
        step(target, row(**amounts), 1.0)
    return target


def secs_to(target: SpeechBlend, speech: Floats, shape: int, *, low: float, high: float, closure: float = 0.0) -> float:
    """How long a shape is between two values."""
    values = np.array([step(target, speech, 0.001, closure=closure)[0, shape] for _ in range(1000)])
    return float(((values > low) & (values < high)).sum()) / 1000


@pytest.mark.parametrize(
    ("before", "after", "closure", "least", "most"),
    [
        ({"mouthFunnel": 0.5}, {"mouthFunnel": 0.5, "jawOpen": 0.6}, 0.0, 0.030, 0.040),
        ({"mouthFunnel": 0.5, "jawOpen": 0.6}, {"mouthFunnel": 0.5}, 0.0, 0.050, 0.065),
        ({"mouthFunnel": 0.5, "jawOpen": 0.6}, {"mouthFunnel": 0.5}, 1.0, 0.030, 0.040),
        ({"jawOpen": 0.6}, {}, 0.0, 0.110, 0.150),
    ],
    ids=["opening", "going", "into a closure", "to rest"],
)
def test_a_cross_fade_takes_30_to_60_millis_and_rest_longer(
    before: dict[str, float], after: dict[str, float], closure: float, least: float, most: float
) -> None:
    assert least <= secs_to(speaking(**before), row(**after), JAW, low=0.06, high=0.54, closure=closure) <= most


@pytest.mark.parametrize("rate_hz", [15, 30, 60, 240])
def test_where_it_gets_does_not_depend_on_the_frame_rate(rate_hz: int) -> None:
    target, expected = speaking(jawOpen=0.2), speaking(jawOpen=0.2)
    for _ in range(rate_hz // 15):
        shown = step(target, row(jawOpen=0.6, mouthFunnel=0.3), 1 / rate_hz)
    once = step(expected, row(jawOpen=0.6, mouthFunnel=0.3), 1 / 15)
    np.testing.assert_allclose(shown, once, atol=1e-5)
    assert shown[0, JAW] == pytest.approx(0.6 - 0.4 * math.exp(-1 / 15 / 0.015), abs=1e-4)


def test_a_mouth_eases_shut_when_speech_stops() -> None:
    target = speaking(jawOpen=0.6)
    values = [step(target, row(), 1 / 60)[0, JAW] for _ in range(30)]
    assert values == sorted(values, reverse=True)
    assert values[2] > 0.2
    assert values[-1] < 1e-3


def test_a_hushed_mouth_shuts_at_once_and_speaks_again() -> None:
    target = speaking(jawOpen=0.6)
    target.hush(slots(0))
    assert [step(target, row(), 0.02)[0, JAW] for _ in range(3)][-1] < 0.02
    for _ in range(20):
        step(target, row(jawOpen=0.6), 0.02)
    assert step(target, row(), 0.02)[0, JAW] > 0.4, "the next silence is an ordinary one"


def test_what_visemes_murmur_in_silence_is_not_shown() -> None:
    target = speaking(jawOpen=0.6)
    rng = np.random.default_rng(4)
    values = [step(target, row(jawOpen=rng.uniform(0, 0.05), mouthFunnel=rng.uniform(0, 0.06)), 1 / 60) for _ in range(200)]
    assert np.max(values[60:]) <= 0.02


def test_at_the_edge_of_the_dead_zone_there_is_no_step() -> None:
    heights = np.linspace(0, 0.3, 601)
    shown = np.array([step(SpeechBlend(1), row(jawOpen=height), 10.0)[0, JAW] for height in heights])
    assert (np.diff(shown) >= -1e-6).all()
    assert np.diff(shown).max() < 0.005
    assert shown[heights <= 0.05].max() == 0
    np.testing.assert_allclose(shown[heights >= 0.14], heights[heights >= 0.14], atol=1e-3)


def test_the_face_has_the_mouth_until_there_is_a_voice() -> None:
    face = row(jawOpen=0.3, browInnerUp=0.5)
    target = SpeechBlend(1)
    np.testing.assert_array_equal(step(target, row(jawOpen=0.9), 1 / 60, weight=0, face=face), face)
    assert weight_of(target) == 0


def test_the_voice_takes_the_mouth_over_and_gives_it_back_smoothly() -> None:
    face, target = row(jawOpen=0.3), SpeechBlend(1)
    taken = [step(target, row(), 1 / 60, face=face)[0, JAW] for _ in range(30)]
    assert taken == sorted(taken, reverse=True)
    assert 0.1 < taken[0] < 0.3
    assert taken[-1] < 1e-3
    given = [step(target, row(), 1 / 60, weight=0, face=face)[0, JAW] for _ in range(60)]
    assert given == sorted(given)
    assert given[0] < 0.1
    assert given[-1] == pytest.approx(0.3, abs=1e-3)
    for _ in range(60):
        step(target, row(), 1 / 60, weight=0, face=face)
    assert weight_of(target) == 0, "it ends"


def test_half_a_weight_is_half_of_each() -> None:
    target = SpeechBlend(1)
    for _ in range(100):
        shown = step(target, row(jawOpen=0.6), 1 / 60, weight=0.5, face=row(jawOpen=0.2))
    assert shown[0, JAW] == pytest.approx(0.4, abs=1e-3)


def test_eyes_brows_cheeks_and_nose_stay_the_faces() -> None:
    face = row(eyeBlinkLeft=0.5, browInnerUp=0.4, cheekSquintLeft=0.3, noseSneerRight=0.2, mouthFunnel=0.7)
    target = speaking(jawOpen=0.6)
    shown = step(target, row(jawOpen=0.6, eyeBlinkLeft=1.0), 1 / 60, face=face)
    for name in ("eyeBlinkLeft", "browInnerUp", "cheekSquintLeft", "noseSneerRight"):
        assert shown[0, SHAPE[name]] == face[0, SHAPE[name]]
    assert shown[0, FUNNEL] < 1e-3


def test_a_smile_goes_on_through_speech_up_to_a_limit() -> None:
    target = speaking(jawOpen=0.6)
    assert step(target, row(jawOpen=0.6), 1 / 60, face=row(mouthSmileLeft=0.3))[0, SMILE] == pytest.approx(0.3, abs=1e-3)
    assert step(target, row(jawOpen=0.6), 1 / 60, face=row(mouthSmileLeft=1.0))[0, SMILE] == pytest.approx(0.4, abs=1e-3)


def test_slots_do_not_touch_each_other_and_a_reset_one_is_shut() -> None:
    target = speaking(jawOpen=0.6)
    assert step(target, row(jawOpen=0.6), 1 / 60, slot=1)[0, JAW] < 0.5
    target.reset(slots(0))
    assert [weight_of(target, slot) for slot in (0, 1)] == [0, pytest.approx(0.487, abs=0.01)]
    assert step(target, row(), 1 / 60)[0, JAW] == 0


def test_a_pass_over_many_is_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(5)
    together, apart = SpeechBlend(4), SpeechBlend(4)
    order = slots(3, 0, 2)
    for _ in range(20):
        speech, face = rng.uniform(0, 0.6, (2, 3, 52)).astype(np.float32)
        closure = rng.uniform(0, 1, (3, 2)).astype(np.float32)
        weight, dt = rng.uniform(0, 1, 3).astype(np.float32), rng.uniform(0.005, 0.05, 3).astype(np.float32)
        shown = face.copy()
        together.blend(order, shown, speech=speech, closure=closure, weight=weight, dt_secs=dt)
        for place in range(3):
            alone = face[place : place + 1].copy()
            mine = slice(place, place + 1)
            apart.blend(order[mine], alone, speech=speech[mine], closure=closure[mine], weight=weight[mine], dt_secs=dt[mine])
            np.testing.assert_allclose(shown[mine], alone, atol=1e-6)


@pytest.mark.parametrize("dt_secs", [0.0, -1.0])
def test_a_time_step_that_is_none_changes_nothing(dt_secs: float) -> None:
    target = speaking(jawOpen=0.6)
    assert step(target, row(), dt_secs)[0, JAW] == pytest.approx(0.6, abs=1e-3)


def test_its_lag_is_what_a_ramp_comes_late() -> None:
    target = speaking(jawOpen=0.2)
    assert target.lag_secs == pytest.approx(0.021)
    shown = [step(target, row(jawOpen=0.2 + 0.5 * count / 1000), 0.001)[0, JAW] for count in range(500)]
    late_secs = (0.2 + 0.5 * 0.499 - shown[-1]) / 0.5
    assert late_secs == pytest.approx(0.015, abs=0.002), "of what comes"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quick_secs": 0.0}, "quick_secs is 0.0, expected more than 0"),
        ({"rest_secs": math.nan}, "rest_secs is nan"),
        ({"dead_zone": 0.2}, "dead_zone is 0.2 and full_zone 0.14"),
        ({"mood_limit": 2.0}, "mood_limit is 2.0"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SpeechBlendOptions(**options)
