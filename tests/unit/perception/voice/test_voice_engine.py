from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia.errors import SessionError
from affectia.inference.model_store import ModelStore
from affectia.perception.voice.heard_frames import HeardFrames
from affectia.perception.voice.log_mel import HOP
from affectia.perception.voice.viseme_network import VisemeNetwork
from affectia.perception.voice.voice_engine import STEP, VoiceEngine
from affectia.signals.voice_observations import VISEMES
from tests.unit.fakes import VISEME
from tests.unit.perception.voice.made_networks import save_viseme_network
from tests.unit.perception.voice.made_voices import LevelDetector, MarkingNetwork, noise, silence, syllables

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> VisemeNetwork:
    return VisemeNetwork(save_viseme_network(tmp_path_factory.mktemp("networks") / "viseme.onnx"))


@pytest.fixture
def engine(network: VisemeNetwork) -> VoiceEngine:
    return VoiceEngine(LevelDetector(), network)


def heard(engine: VoiceEngine, pcm: NDArray[np.float32], *, sizes: Iterable[int] = ()) -> HeardFrames:
    """A whole voice, cut into blocks of these sizes and what is left."""
    stream = engine.new_stream()
    parts, place = [], 0
    for size in [*sizes, pcm.size]:
        parts += engine.hear([stream], [pcm[place : place + size]])
        place += size
    parts += engine.finish([stream])
    stream.close()
    for before, after in zip(parts, parts[1:], strict=False):
        assert after.first_frame == before.first_frame + before.count
    return HeardFrames.joined(parts)


def difference(one: HeardFrames, other: HeardFrames) -> float:
    assert (one.first_frame, one.count) == (other.first_frame, other.count)
    pairs = ((one.visemes, other.visemes), (one.loudness, other.loudness), (one.speaking, other.speaking))
    return max(float(np.abs(left - right).max()) for left, right in pairs)


def voice() -> NDArray[np.float32]:
    return np.concatenate((silence(0.3), syllables(1.5), silence(0.5), noise(0.3, level_db=-60), syllables(0.7, seed=9)))


@pytest.mark.parametrize("size", [1, 100, 160, 441, 512, 1600, 7777, STEP, STEP + 1])
def test_it_does_not_matter_how_the_sound_is_cut(engine: VoiceEngine, size: int) -> None:
    pcm = voice() if size > 1 else voice()[:9000]
    whole = heard(engine, pcm)
    assert difference(heard(engine, pcm, sizes=[size] * (pcm.size // size)), whole) < 1e-5
    assert np.ptp(whole.visemes, axis=0).max() > 0.1


def test_blocks_of_all_lengths_and_of_none_may_follow_one_another(engine: VoiceEngine) -> None:
    sizes = np.random.default_rng(3).choice((0, 1, 37, 160, 480, 3000), 40)
    assert difference(heard(engine, voice(), sizes=sizes.tolist()), heard(engine, voice())) < 1e-5


def test_a_frame_is_known_40_ms_behind_its_instant_and_not_before(engine: VoiceEngine) -> None:
    stream = engine.new_stream()
    known = 0
    for hop in range(1, 30):
        (frames,) = engine.hear([stream], [np.zeros(HOP - 1, np.float32)])
        assert frames.count == 0
        (frames,) = engine.hear([stream], [np.zeros(1, np.float32)])
        assert (frames.first_frame, frames.count) == (max(0, hop - 4), 1 if hop >= 4 else 0)
        known += frames.count
    assert known == 26


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 161, 16_000, STEP, 3 * STEP - 1])
def test_a_voice_that_has_ended_has_a_frame_for_each_10_ms(engine: VoiceEngine, samples: int) -> None:
    frames = heard(engine, np.zeros(samples, np.float32))
    assert (frames.first_frame, frames.count) == (0, samples // HOP + 1)


def test_rows_sum_to_one_and_everything_stays_within_0_and_1(engine: VoiceEngine) -> None:
    frames = heard(engine, voice())
    np.testing.assert_allclose(frames.visemes.sum(axis=1), 1, atol=1e-5)
    for values in (frames.visemes, frames.loudness, frames.speaking):
        assert values.dtype == np.float32
        assert values.min() >= 0
        assert values.max() <= 1 + 1e-6


def test_many_voices_in_one_call_are_heard_as_each_alone(engine: VoiceEngine) -> None:
    voices = [syllables(1.0, seed=seed, rate_hz=2 + seed) for seed in range(12)]
    alone = [heard(engine, pcm) for pcm in voices]
    streams = [engine.new_stream() for _ in voices]
    random, places = np.random.default_rng(1), [0] * 12
    parts: list[list[HeardFrames]] = [[] for _ in voices]
    while min(places) < 16_000:
        order = random.permutation(12)[: random.integers(1, 13)].tolist()
        blocks = []
        for number in order:
            size = int(random.choice((160, 160, 160, 320, 441, STEP)))
            blocks.append(voices[number][places[number] : places[number] + size])
            places[number] += size
        for number, frames in zip(order, engine.hear([streams[number] for number in order], blocks), strict=True):
            parts[number].append(frames)
    for number, frames in enumerate(engine.finish(streams)):
        assert difference(HeardFrames.joined([*parts[number], frames]), alone[number]) < 1e-5


def batches(*, sizes: Sequence[int]) -> tuple[list[int], list[tuple[int, int]]]:
    """What detector and network were called with for these blocks, all at once."""
    detector, marking = LevelDetector(), MarkingNetwork()
    engine = VoiceEngine(detector, marking)  # type: ignore[arg-type] # it does as a VisemeNetwork does
    engine.hear([engine.new_stream() for _ in sizes], [np.zeros(size, np.float32) for size in sizes])
    return detector.batches, marking.batches


def test_voices_of_equal_blocks_are_one_call_of_each_network() -> None:
    assert batches(sizes=[640] * 9) == ([9], [(9, 4)])


def test_voices_are_grouped_by_how_many_frames_they_get() -> None:
    chunks, frames = batches(sizes=[160, 1600, 160, 1600, 100])
    assert chunks == [2, 2, 2]
    assert sorted(frames) == [(2, 1), (2, 10)]


def test_a_long_block_is_a_few_calls_of_the_viseme_network() -> None:
    _, frames = batches(sizes=[3 * STEP])
    assert frames == [(1, STEP // HOP)] * 3


def test_the_mouth_is_shut_in_silence_and_shuts_gently_after_speech() -> None:
    engine = VoiceEngine(LevelDetector(), MarkingNetwork())  # type: ignore[arg-type] # says aa whatever it hears
    frames = heard(engine, np.concatenate((silence(1), noise(1, level_db=-20), silence(1))))
    aa = frames.visemes[:, VISEME["aa"]]
    assert not aa[:95].any()
    assert aa[100:211].min() == 1  # at once
    assert not aa[235:].any()
    assert frames.visemes[-1, VISEME["sil"]] == 1
    assert np.diff(aa).min() == pytest.approx(-1 / 6, abs=0.01)
    assert not frames.loudness[235:].any()


def test_noise_that_is_no_speech_moves_nothing() -> None:
    engine = VoiceEngine(LevelDetector(), MarkingNetwork())  # type: ignore[arg-type]
    frames = heard(engine, noise(3, level_db=-48))
    assert not frames.visemes[:, VISEME["aa"]].any()
    assert not frames.loudness.any()


@pytest.mark.parametrize("gain_db", [-20, 20])
def test_loudness_does_not_depend_on_the_gain_after_two_seconds(network: VisemeNetwork, gain_db: float) -> None:
    engine = VoiceEngine(LevelDetector(speech_db=-75), network)
    pcm = syllables(4, level_db=-30)
    usual, other = (heard(engine, pcm * np.float32(10 ** (gain / 20))).loudness[200:] for gain in (0.0, gain_db))
    assert np.abs(other - usual).max() < 0.04  # where the quieter voice is as quiet as silence
    assert 0.6 < np.percentile(usual, 75) < 0.9


def test_without_a_viseme_network_only_the_jaw_moves() -> None:
    engine = VoiceEngine(LevelDetector(), None, notice="it is missing")
    frames = heard(engine, np.concatenate((silence(0.5), syllables(2), silence(0.5))))
    assert engine.is_degraded
    assert not engine.has_visemes
    np.testing.assert_allclose(frames.visemes.sum(axis=1), 1, atol=1e-5)
    aa = frames.visemes[:, VISEME["aa"]]
    assert np.percentile(aa[60:240], 90) > 0.7
    assert aa[60:240].min() < 0.1  # between the syllables
    assert not aa[:40].any()
    assert aa[-1] == 0
    assert frames.visemes.shape[1] == VISEMES


def test_a_stream_begins_anew_after_finish_and_after_reset(engine: VoiceEngine) -> None:
    pcm = voice()
    first = heard(engine, pcm)
    stream = engine.new_stream()
    engine.hear([stream], [noise(1.234, level_db=-20)])
    engine.finish([stream])
    again = HeardFrames.joined(engine.hear([stream], [pcm]) + engine.finish([stream]))
    assert difference(again, first) < 1e-6
    engine.hear([stream], [noise(1.234, level_db=-20)])
    stream.reset()
    assert difference(HeardFrames.joined(engine.hear([stream], [pcm]) + engine.finish([stream])), first) < 1e-6


def test_a_closed_stream_is_not_heard(engine: VoiceEngine) -> None:
    stream = engine.new_stream()
    assert engine.stream_count == 1
    stream.close()
    assert engine.stream_count == 0
    with pytest.raises(SessionError, match="voice stream is closed, expected an open one"):
        engine.hear([stream], [silence(0.01)])


def test_no_voice_is_no_frame(engine: VoiceEngine) -> None:
    assert engine.hear([], []) == []
    assert engine.finish([]) == []


def test_what_is_missing_is_said_with_the_next_step(tmp_path: Path) -> None:
    engine = VoiceEngine.load(ModelStore(tmp_path))
    assert engine.is_degraded
    assert (
        "speech is told from loudness alone: model silero_vad is not in the cache, run `affectia models pull silero_vad`" in engine.notice
    )
    assert heard(engine, np.concatenate((silence(0.5), syllables(1)))).speaking.max() > 0.5


def test_the_look_ahead_is_declared(engine: VoiceEngine) -> None:
    assert engine.look_ahead_nanos == 40_000_000
    assert not engine.is_degraded
