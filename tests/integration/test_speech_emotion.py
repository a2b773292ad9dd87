"""How voices sound: from sound to results, with the real networks, and in sessions, where consent is given and taken back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry
from affectia.capture.audio_clip import read_audio_clip
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.inference.model_store import ModelStore
from affectia.perception.face.emotion.face_emotion import FaceEmotionOptions
from affectia.perception.voice.emotion.edge_emotion import EdgeEmotion
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.prosody import prosody
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.perception.voice.voice_perceiver import VoicePerceiver
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.pipeline import PipelineOptions
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.signals.audio_sample import AudioSample
from affectia.signals.emotion_observations import EmotionObservations
from affectia.wire import emotion_update, topic
from affectia.wire.emotion_update import EmotionUpdate
from tests.unit.fakes import free_port, wait_until
from tests.unit.perception.voice.emotion.made_speech import feeling
from tests.unit.perception.voice.made_voices import noise, silence
from tests.unit.session.manager_stage import Stage
from tests.unit.sounds import tone, write_sound

pytestmark = pytest.mark.integration

MICROPHONE = frozenset({"microphone"})
BLOCK = 160
ROOT = Path(__file__).resolve().parents[2]
EDGE_LABELS = ("neutral", "happy", "sad", "angry")
EDGE_SUPPORT = sum(1 << registry.EMOTIONS.index(name) for name in EDGE_LABELS)


class Voice:
    """A real engine and the small network on a clock that goes with the sound: as in a session, but at once."""

    def __init__(self, models: ModelStore) -> None:
        self.clock = FakeClock()
        self.engine = VoiceEngine.load(models)
        self.network = EdgeEmotion.load(models)
        self.out: list[EmotionObservations] = []
        self.blocks: list[AudioSample] = []
        self.listener = EmotionListener(admits=lambda: True, sink=self.out.append, clock=self.clock, options=SpeechEmotionOptions())
        perceiver = VoicePerceiver(self.engine)
        self.track = VoiceTrack(self, perceiver, admits=lambda: True, sink=lambda heard: None, listener=self.listener, clock=self.clock)
        self._place = 0

    def take(self) -> AudioSample | None:
        return self.blocks.pop() if self.blocks else None

    def say(self, pcm: NDArray[np.float32]) -> list[EmotionObservations]:
        """Blocks of 10 ms; what is told of them."""
        before = len(self.out)
        for start in range(0, pcm.size - BLOCK + 1, BLOCK):
            block = pcm[start : start + BLOCK]
            self.blocks.append(AudioSample(self.clock.now_nanos(), block, 16_000, self._place))
            self._place += BLOCK
            self.clock.advance(secs=0.01)
            sound = self.track.take()
            assert sound is not None
            self.track.deliver(self.engine.hear([self.track.stream], [sound])[0])
            if self.listener.due_since_nanos is not None and (window := self.listener.take(self.network)) is not None:
                self.listener.deliver(self.network.feel([window])[0], self.network)
        return self.out[before:]


@pytest.fixture(scope="module")
def models(model_path: Callable[[str], Path]) -> ModelStore:
    for model_id in ("silero_vad", "smart_turn", "two-cities", "face_landmarker", "carphone"):
        model_path(model_id)
    return ModelStore()


@pytest.fixture(scope="module")
def reading(models: ModelStore) -> NDArray[np.float32]:
    """The first 12 s of a man who reads."""
    return read_audio_clip(models.path("two-cities")).pcm[: 12 * 16_000]


def test_a_man_who_reads_is_told_of_two_to_four_times_a_second(models: ModelStore, reading: NDArray[np.float32]) -> None:
    out = Voice(models).say(reading)
    steps = np.diff([found.captured_at_nanos for found in out]) / NANOS_PER_SEC
    assert len(out) > 15
    assert np.median(steps) == pytest.approx(0.4, abs=0.05)
    assert all(found.support == EDGE_SUPPORT for found in out)
    for found in out:
        assert found.scores.sum() == pytest.approx(1, abs=1e-4)
        assert 0 <= found.confidence[0] <= found.scores.max() + 1e-6
        assert 0.2 <= found.quality[0] <= 1
        assert np.abs(found.affect).max() <= 1


def test_how_a_man_reads(models: ModelStore, reading: NDArray[np.float32]) -> None:
    out = Voice(models).say(reading)
    said = [found.prosody for found in out if found.prosody is not None and found.quality[0] > 0.6]
    assert len(said) > 5
    assert np.median([one.pitch_hz for one in said]) == pytest.approx(119, abs=12)
    assert 1 < np.median([one.pitch_spread_semitones for one in said]) < 7
    assert 2 < np.median([one.syllables_hz for one in said]) < 6
    assert 0.35 < np.median([one.voiced for one in said]) < 0.9
    assert -50 < np.median([one.level_db for one in said]) < -20


def test_what_nobody_says_is_not_told(models: ModelStore) -> None:
    voice = Voice(models)
    for sound in (silence(3), noise(3, level_db=-30), noise(3, level_db=-12), tone(440, rate_hz=16_000, secs=3)):
        assert all(found.confidence[0] < 0.5 for found in voice.say(sound))
    assert voice.say(silence(2)) == []


def test_a_word_alone_is_too_little(models: ModelStore, reading: NDArray[np.float32]) -> None:
    voice = Voice(models)
    voice.say(silence(2))
    assert voice.say(reading[:16_000][8000 : 8000 + 3200]) == []
    assert voice.say(silence(2)) == []


def test_a_lower_voice_is_lower(reading: NDArray[np.float32]) -> None:
    part = reading[2 * 16_000 : 5 * 16_000]
    slower = np.interp(np.arange(0, part.size - 1, 0.8), np.arange(part.size), part).astype(np.float32)  # lower by a factor of 0.8
    whole = slower[: slower.size // BLOCK * BLOCK]
    heights = [prosody(pcm, np.ones(pcm.size // BLOCK, np.bool_)).pitch_hz for pcm in (part, whole)]
    assert heights[1] / heights[0] == pytest.approx(0.8, abs=0.06)


def updates(stage: Stage, name: str = "a") -> list[EmotionUpdate]:
    return [emotion_update.decode(body) for sent, body in list(stage.sent) if sent == topic.affect(name)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "cache")
    yield made
    made.close()


def is_heard(stage: Stage, name: str = "a") -> bool:
    """Whether how the voice sounds is on the wire."""
    return wait_until(lambda: any(update.is_valid(registry.Group.EMOTION) for update in updates(stage, name)[-1:]), 30)


def test_how_a_voice_sounds_is_told_between_grant_and_revocation(stage: Stage) -> None:
    stage.start(source="none", voice="microphone")
    session = stage.manager.get("a")
    assert session.emotion is not None
    assert stage.feelings == [] or stage.feelings[0].calls == []
    stage.manager.set_consent("a", "microphone", granted=True)
    assert is_heard(stage)
    assert session.emotion.voice_method == "edge"
    stage.feelings[0].answer = lambda: feeling(language="en")
    assert wait_until(lambda: session.emotion is not None and session.emotion.language == "en", 30)
    assert session.emotion.voice_hz > 0

    stage.manager.set_consent("a", "microphone", granted=False)
    assert session.emotion.listener is not None
    assert session.emotion.listener._window.held_frames == 0, "its sound is gone when this returns"
    assert session.emotion.language == ""
    calls = len(stage.feelings[0].calls)
    sent = len(updates(stage))
    assert wait_until(lambda: len(updates(stage)) > sent + 2)
    assert not any(update.is_valid(registry.Group.EMOTION) for update in updates(stage)[sent:])
    assert len(stage.feelings[0].calls) <= calls + 1, "one may have been under way"

    stage.manager.set_consent("a", "microphone", granted=True)
    assert is_heard(stage)


def test_one_network_serves_all_voices_and_a_stopped_session_leaves_none(stage: Stage) -> None:
    for name in ("a", "b"):
        stage.start(name, "none", voice="microphone", consent=MICROPHONE)
    assert is_heard(stage, "a")
    assert is_heard(stage, "b")
    assert len(stage.feelings) == 1
    stage.manager.stop("a")
    calls = len(stage.feelings[0].calls)
    assert wait_until(lambda: len(stage.feelings[0].calls) > calls + 1), "the other goes on"
    stage.manager.stop("b")
    assert not stage.voices._listeners


def test_a_network_that_breaks_leaves_mouth_and_session_as_they_are(stage: Stage) -> None:
    stage.start(source="none", voice="microphone", consent=MICROPHONE)
    assert is_heard(stage)
    stage.feelings[0].is_broken = True
    assert stage.voices.emotion is not None
    thread = stage.voices.emotion
    assert wait_until(lambda: thread.failed_count >= 2)
    assert stage.is_shown()
    stage.feelings[0].is_broken = False
    count = len(stage.feelings[0].calls)
    assert wait_until(lambda: len(stage.feelings[0].calls) > count + 1)
    assert is_heard(stage)


STOPS_WHILE_IT_LOADS = """
import threading
from affectia.clock import SystemClock
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.emotion_thread import EmotionThread
from affectia.perception.voice.emotion.speech_emotion_choice import SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from tests.unit.perception.voice.emotion.made_speech import FakeNetwork

class Network(FakeNetwork):
    def close(self):
        print("let go")

def load():
    loading.set()
    threading.Event().wait(0.5)
    return SpeechEmotionChoice(Network())

loading = threading.Event()
thread = EmotionThread(load)
thread.add(EmotionListener(admits=lambda: True, sink=print, clock=SystemClock(), options=SpeechEmotionOptions()))
loading.wait()
thread.stop(timeout_secs=0.0)
print("stopped")
"""


def test_a_process_does_not_end_under_a_network_that_is_being_opened() -> None:
    ended = subprocess.run([sys.executable, "-c", STOPS_WHILE_IT_LOADS], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout.split("\n"), ended.stderr) == (0, ["stopped", "let go", ""], "")


def test_a_whole_sidecar_tells_how_a_face_and_a_voice_feel(models: ModelStore, tmp_path: Path) -> None:
    options = SidecarOptions(port_base=free_port(), pipeline=PipelineOptions(slots=2))
    whole = Sidecar(options, models=models)
    felt: list[int] = []
    whole.transport.tap(lambda sent, body: felt.append(_shares(body)) if sent == topic.affect("a") else None)
    whole.start()
    try:
        request = SessionRequest("a", SourceSpec.parse("clip:carphone"), loop=True, voice=VoiceSpec.parse("clip:two-cities"))
        session = whole.sessions.start(request)
        emotion = session.emotion
        assert emotion is not None
        assert wait_until(lambda: emotion.face_hz > 0 and emotion.voice_hz > 0, timeout_secs=30)
        assert emotion.voice_method == "edge"
        assert emotion.face_method in ("fer", "hsemotion", "blendshapes")
        assert emotion.face_p95_millis > 0
        assert emotion.voice_p95_millis > 0
        assert wait_until(lambda: 3 in felt, timeout_secs=30), "both have a share"
    finally:
        whole.stop()


def _shares(body: bytes) -> int:
    """Bit 0: the face has a share in what is told; bit 1: the voice."""
    update = emotion_update.decode(body)
    return sum(1 << number for number, share in enumerate(update.emotion_shares or ()) if share > 0)


def test_what_is_turned_off_is_not_asked_for(models: ModelStore, tmp_path: Path) -> None:
    line = write_sound(tmp_path / "line.wav", tone(200, rate_hz=16_000, secs=0.2), rate_hz=16_000)
    options = SidecarOptions(
        port_base=free_port(),
        pipeline=PipelineOptions(slots=2),
        face_emotion=FaceEmotionOptions(method="off"),
        speech_emotion=SpeechEmotionOptions(method="off"),
    )
    whole = Sidecar(options, models=models)
    whole.start()
    try:
        request = SessionRequest("a", SourceSpec.parse("clip:carphone"), voice=VoiceSpec.parse(f"file:{line}"))
        assert whole.sessions.start(request).emotion is None
        assert whole.voices.emotion is None
    finally:
        whole.stop()
