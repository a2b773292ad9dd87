"""The engine with the real detector, on made sound and, where it is there, on a real voice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.silero_network import SileroNetwork
from affectia.perception.voice.viseme_network import VisemeNetwork
from affectia.perception.voice.voice_activity import CHUNK, CONTEXT
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.registry import VISEMES
from affectia.signals.audio_sample import VOICE_RATE_HZ
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import noise, silence, syllables

pytestmark = pytest.mark.integration

SIL = VISEMES.index("sil")


@pytest.fixture(scope="module")
def silero(model_path: Callable[[str], Path]) -> SileroNetwork:
    return SileroNetwork(model_path("silero_vad"))


@pytest.fixture(scope="module")
def engine(silero: SileroNetwork, tmp_path_factory: pytest.TempPathFactory) -> VoiceEngine:
    """The real detector; a viseme network that talks all the time, so that only the gate can keep the mouth still."""
    return VoiceEngine(silero, VisemeNetwork(save_viseme_network(tmp_path_factory.mktemp("networks") / "viseme.onnx", sharpness=8)))


def pcm_of(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=VOICE_RATE_HZ)
        pieces = [piece.to_ndarray()[0] for frame in (*container.decode(audio=0), None) for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.float32)


@pytest.fixture
def real_voice(data_path: Callable[[str], Path]) -> NDArray[np.float32]:
    """9.7 s of a woman who reads, from the first sample to the last but for short pauses."""
    return pcm_of(data_path("ljspeech/LJ001-0001.flac"))


def heard(engine: VoiceEngine, pcm: NDArray[np.float32], *, size: int | None = None) -> HeardFrames:
    stream = engine.new_stream()
    step = size or pcm.size
    parts = [engine.hear([stream], [pcm[place : place + step]])[0] for place in range(0, pcm.size, step)]
    whole = HeardFrames.joined([*parts, *engine.finish([stream])])
    stream.close()
    return whole


def test_voices_in_one_call_are_detected_as_each_alone(silero: SileroNetwork) -> None:
    voices = [syllables(0.5), noise(0.5, level_db=-30), syllables(0.5, rate_hz=7, seed=3)]
    starts = range(0, voices[0].size - CHUNK - CONTEXT, CHUNK)
    together = np.zeros((3, silero.state_width), np.float32)
    alone = [np.zeros((1, silero.state_width), np.float32) for _ in voices]
    for start in starts:
        chunks = np.stack([voice[start : start + CONTEXT + CHUNK] for voice in voices])
        probabilities, together = silero.probabilities(chunks, together)
        for place in range(3):
            one, alone[place] = silero.probabilities(chunks[place : place + 1], alone[place])
            assert one[0] == pytest.approx(probabilities[place], abs=1e-4)


@pytest.mark.parametrize("level_db", [-60, -40, -20])
def test_the_mouth_stays_shut_in_noise(engine: VoiceEngine, level_db: float) -> None:
    frames = heard(engine, np.concatenate((silence(1), noise(6, level_db=level_db))))
    moves = 1 - frames.visemes[:, SIL]
    assert np.mean(moves > 0.05) < 0.05
    assert not moves[-200:].any()
    assert frames.speaking[-300:].max() < 0.2


def test_the_mouth_stays_shut_in_silence(engine: VoiceEngine) -> None:
    frames = heard(engine, silence(3))
    assert (frames.visemes[:, SIL] == 1).all()
    assert not frames.loudness.any()
    assert frames.speaking.max() < 0.2


def test_a_real_voice_is_found_and_let_through(engine: VoiceEngine, real_voice: NDArray[np.float32]) -> None:
    pause = 1.5
    frames = heard(engine, np.concatenate((silence(pause), real_voice, silence(pause))))
    shut = frames.visemes[:, SIL] == 1
    lead, end = round(pause * 100), round(pause * 100) + real_voice.size // HOP
    assert shut[: lead - 5].all()
    assert (frames.speaking[lead:end] > 0.5).mean() > 0.85
    assert shut[lead + 5 : end - 20].mean() < 0.02
    assert shut[end + 40 :].all()
    assert 0.6 < np.percentile(frames.loudness[lead + 200 : end], 75) < 0.8


def test_a_quiet_and_a_loud_recording_are_equally_loud(engine: VoiceEngine, real_voice: NDArray[np.float32]) -> None:
    usual, quiet = heard(engine, real_voice), heard(engine, real_voice * np.float32(0.1))
    both = (usual.loudness[200:] > 0) & (quiet.loudness[200:] > 0)
    assert both.mean() > 0.75
    assert np.abs(usual.loudness - quiet.loudness)[200:][both].mean() < 0.05


@pytest.mark.parametrize("size", [160, 441, 8000])
def test_a_real_voice_is_heard_the_same_however_it_is_cut(engine: VoiceEngine, real_voice: NDArray[np.float32], size: int) -> None:
    whole, cut = heard(engine, real_voice), heard(engine, real_voice, size=size)
    assert cut.count == whole.count == real_voice.size // HOP + 1
    for name in ("visemes", "loudness", "speaking"):
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name), atol=1e-5)
