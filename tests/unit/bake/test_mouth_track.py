from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from affectia import registry
from affectia.bake.mouth_track import USUAL_LOUDNESS, MouthTrackMaker
from affectia.errors import ConfigError
from affectia.motion.mouth_closure import MouthClosure
from affectia.motion.speech_blend import SpeechBlend
from affectia.rig.lip_gap import lip_gap
from affectia.rig.speech_mouth import SpeechMouth
from tests.unit.fakes import SHAPE, VISEME, slots

pytestmark = pytest.mark.unit

Floats = npt.NDArray[np.float32]
JAW, PRESS = SHAPE["jawOpen"], SHAPE["mouthPressLeft"]
MAKER = MouthTrackMaker()


def said(*runs: tuple[str, int]) -> Floats:
    """Rows of 10 ms, each viseme whole for so many of them."""
    return np.eye(15, dtype=np.float32)[[VISEME[name] for name, count in runs for _ in range(count)]]


def speech(count: int, seed: int = 1) -> Floats:
    """Rows that change every 80 ms."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(np.eye(15, dtype=np.float32)[rng.integers(0, 15, count // 8 + 1)], 8, axis=0)[:count]
    smooth = np.array([np.convolve(column, [0.25, 0.5, 0.25], mode="same") for column in rows.T], np.float32).T
    return np.asarray(smooth / smooth.sum(axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("rate_hz", [24, 30, 60, 100, 240])
def test_a_track_is_as_long_as_its_sound(rate_hz: int) -> None:
    track = MAKER.track(speech(250), frame_rate_hz=rate_hz)
    assert track.shapes.shape == (round(2.5 * rate_hz), 52)
    assert track.visemes.shape == (round(2.5 * rate_hz), 15)
    assert track.shapes.dtype == track.visemes.dtype == np.float32
    assert track.frame_rate_hz == rate_hz
    np.testing.assert_allclose(track.visemes.sum(axis=1), 1, atol=1e-5)
    assert track.shapes.min() >= 0
    assert track.shapes.max() <= 1
    others = [place for place, group in enumerate(registry.BLENDSHAPE_GROUPS) if group != registry.Group.MOUTH]
    assert not track.shapes[:, others].any()


@pytest.mark.parametrize("rate_hz", [30, 60])
def test_lanes_side_by_side_are_what_one_mouth_does_frame_by_frame(rate_hz: int) -> None:
    """The reference is the chain of a live voice, fed with what sounds a lag later."""
    rows = speech(2000)
    track = MAKER.track(rows, frame_rate_hz=rate_hz)
    mouth, blend = SpeechMouth(), SpeechBlend(1)
    closing = MouthClosure(1, floors=mouth.table.closure_floors, jaw_caps=mouth.table.closure_jaw_caps)
    padded = np.concatenate([said(("sil", 200)), rows, said(("sil", 20))])
    loudness = np.concatenate([np.zeros(200), np.full(len(rows), USUAL_LOUDNESS), np.zeros(20)])
    instants = np.arange(len(padded)) / 100 - 2
    demands = padded @ mouth.table.closure_strength
    dt = np.full(1, 1 / rate_hz, np.float32)
    one, lead = np.ones(1, np.float32), closing.options.close_secs
    for frame in range(-rate_hz, len(track.shapes)):
        now = frame / rate_hz
        heard = np.array([[np.interp(now + blend.lag_secs, instants, column) for column in padded.T]], np.float32)
        loud = np.interp(now + blend.lag_secs, instants, loudness)
        since = (instants > now + lead - 1 / rate_hz + 1e-6) & (instants <= now + lead + 1e-6)
        demand = [max(np.interp(now + lead, instants, demands[:, part]), demands[since, part].max(initial=0)) for part in (0, 1)]
        shapes, closure = np.zeros((1, 52), np.float32), np.array([demand], np.float32)
        spoken = mouth.shapes(heard, np.array([loud], np.float32))
        blend.blend(slots(0), shapes, speech=spoken.shapes, closure=closure, weight=one, dt_secs=dt)
        closing.enforce(slots(0), shapes, closure=closure, dt_secs=dt)
        if frame >= 0:
            np.testing.assert_allclose(track.shapes[frame], shapes[0], atol=2e-3, err_msg=f"frame {frame}")


@pytest.mark.parametrize("rate_hz", [30, 60])
def test_a_mouth_opens_and_closes_when_it_is_heard(rate_hz: int) -> None:
    track = MAKER.track(said(("sil", 50), ("aa", 30), ("sil", 50)), frame_rate_hz=rate_hz)
    jaw = track.shapes[:, JAW]
    half = np.flatnonzero(jaw > jaw.max() / 2) / rate_hz
    assert half[0] == pytest.approx(0.5, abs=0.035)
    assert 0.75 <= half[-1] <= 0.86
    assert jaw[: round(0.44 * rate_hz)].max() < 0.01
    assert jaw[-1] < 0.01


@pytest.mark.parametrize("rate_hz", [24, 30, 60])
@pytest.mark.parametrize("offset", range(6))
def test_every_closure_is_seen_wherever_it_falls_between_frames(rate_hz: int, offset: int) -> None:
    rows = said(("sil", 20), ("aa", 20 + offset), ("PP", 2), ("aa", 20), ("sil", 20))
    track = MAKER.track(rows, frame_rate_hz=rate_hz)
    instants = np.arange(len(track.shapes)) / rate_hz
    begin = 0.4 + offset / 100
    shut = np.flatnonzero((lip_gap(track.shapes) < 0.005) & (instants > 0.3) & (instants < 0.7))
    assert shut.size >= 1
    assert track.shapes[shut, PRESS].max() >= 0.9 * 0.5
    assert begin - 0.06 <= instants[shut[0]] <= begin + 0.04


def test_silence_is_shut() -> None:
    assert not MAKER.track(said(("sil", 300))).shapes.any()
    murmur = said(("sil", 300)) * np.float32(0.92)
    murmur[:, VISEME["ih"]] = 0.05
    murmur[:, VISEME["aa"]] = 0.03
    assert lip_gap(MAKER.track(murmur, np.full(300, 0.3, np.float32)).shapes).max() <= 0.02


def test_the_louder_the_wider() -> None:
    quiet, loud = (MAKER.track(said(("aa", 60)), np.full(60, level, np.float32)).shapes[20, JAW] for level in (0.1, 0.9))
    assert loud > quiet * 1.4


def test_the_same_input_makes_the_same_bytes() -> None:
    rows = speech(900)
    first, second = (maker.track(rows) for maker in (MAKER, MouthTrackMaker()))
    assert first.shapes.tobytes() == second.shapes.tobytes()
    assert first.visemes.tobytes() == second.visemes.tobytes()
    kept = rows.copy()
    MAKER.track(rows)
    np.testing.assert_array_equal(rows, kept)


def test_what_is_no_number_shuts_the_mouth_and_goes_no_further() -> None:
    rows = said(("aa", 200))
    rows[100:130, 4] = np.nan
    track = MAKER.track(rows)
    assert np.isfinite(track.shapes).all()
    assert np.isfinite(track.visemes).all()
    assert track.shapes[72, JAW] < 0.05
    assert track.shapes[40, JAW] > 0.5
    loudness = np.full(200, np.nan, np.float32)
    assert np.isfinite(MAKER.track(said(("aa", 200)), loudness).shapes).all()


def test_no_rows_are_no_frames() -> None:
    track = MAKER.track(said(("aa", 0)).reshape(0, 15))
    assert track.shapes.shape == (0, 52)
    assert track.visemes.shape == (0, 15)


@pytest.mark.parametrize(("rows", "loudness"), [((5, 14), 5), ((5, 15), 4)])
def test_arrays_of_other_sizes_are_refused(rows: tuple[int, int], loudness: int) -> None:
    with pytest.raises(ConfigError, match=r"expected \(k, 15\) and \(k,\)"):
        MAKER.track(np.zeros(rows, np.float32), np.zeros(loudness, np.float32))


def test_a_frame_rate_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="frame rate is 0"):
        MAKER.track(said(("aa", 5)), frame_rate_hz=0)
