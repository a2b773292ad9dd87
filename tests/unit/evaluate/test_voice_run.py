from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from affectia.clock import FakeClock
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from affectia.evaluate.voice_run import VoiceRun
from affectia.perception.voice.voice_engine import VoiceEngine
from tests.unit.evaluate.trees import FEAR, HAPPY, SAD
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork
from tests.unit.perception.voice.made_voices import LevelDetector, silence, syllables
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.unit


class Network(FakeNetwork):
    support = 1 << HAPPY | 1 << SAD


def utterance(folder: Path, name: str, label: int, *, secs: float) -> LabelledItem:
    pcm = np.concatenate((silence(0.3), syllables(secs), silence(0.3)))
    return LabelledItem(name, label, write_sound(folder / name, pcm, rate_hz=16_000))


def test_windows_slide_as_at_run_time_and_their_mean_is_the_answer(tmp_path: Path) -> None:
    network = Network()
    network.clock, network.takes_secs = FakeClock(), 0.007
    run = VoiceRun(network, VoiceEngine(LevelDetector(), None), clock=network.clock)
    long = utterance(tmp_path, "long.wav", HAPPY, secs=4.0)
    found = run.run(LabelledSet("made", "folders", (long,), {"boredom": 1}))
    joined, single = found.views
    lengths = [len(windows[0]) / 16_000 for windows in network.calls]
    assert len(lengths) == single.answers.count
    assert 6 <= len(lengths) <= 10  # every 0.4 s, once there are 0.6 s of speech
    assert lengths[0] < 1.5
    assert max(lengths) <= 3.0
    assert (joined.answers.count, joined.coverage) == (1, 1.0)
    np.testing.assert_allclose(joined.answers.shares[0], single.answers.shares.mean(axis=0))
    assert joined.durations.percentile_ms(50) == pytest.approx(7)
    assert found.left_out == {"boredom": 1}


def test_what_is_too_short_for_an_answer_lowers_the_coverage(tmp_path: Path) -> None:
    items = (utterance(tmp_path, "short.wav", SAD, secs=0.2), utterance(tmp_path, "long.wav", HAPPY, secs=2.0))
    joined, _single = VoiceRun(Network(), VoiceEngine(LevelDetector(), None)).run(LabelledSet("made", "folders", items)).views
    assert (joined.coverage, joined.answers.truth.tolist()) == (0.5, [HAPPY])


def test_one_utterance_does_not_hear_the_one_before(tmp_path: Path) -> None:
    network = Network()
    item = utterance(tmp_path, "a.wav", HAPPY, secs=2.0)
    VoiceRun(network, VoiceEngine(LevelDetector(), None)).run(LabelledSet("made", "folders", (item, item)))
    half = len(network.calls) // 2
    for one, other in zip(network.calls[:half], network.calls[half:], strict=True):
        np.testing.assert_array_equal(one[0], other[0])


def test_files_that_cannot_be_read_and_emotions_that_cannot_be_told_are_counted(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    items = (
        LabelledItem("sad/broken.wav", SAD, tmp_path / "broken.wav"),
        LabelledItem("gone.wav", SAD, tmp_path / "gone.wav"),
        LabelledItem("fear.wav", FEAR, tmp_path / "gone.wav"),
    )
    steps: list[None] = []
    run = VoiceRun(Network(), VoiceEngine(LevelDetector(), None))
    found = run.run(LabelledSet("made", "folders", items), step=lambda: steps.append(None))
    assert [name for name, _what in found.failures] == ["sad/broken.wav", "gone.wav"]
    assert not any(str(tmp_path) in what for _name, what in found.failures)
    assert found.left_out == {"fear, which the network does not tell": 1}
    assert len(steps) == 3
    assert found.views[0].answers.count == 0
