"""A voice on its way from its source through the networks and real sockets to a subscriber."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from affectia import registry
from affectia.capture.microphone import MicrophoneSource
from affectia.client import ReceivedFrame, ReceivedUpdate, Subscriber
from affectia.inference.model_store import ModelStore
from affectia.pipeline import PipelineOptions
from affectia.registry import PORT_PUBLISH, Group, Source
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from tests.live.running_sidecar import free_port_base
from tests.unit.fakes import wait_until
from tests.unit.perception.voice.made_voices import syllables
from tests.unit.session.manager_stage import FakeMicrophones
from tests.unit.sounds import write_sound

pytestmark = pytest.mark.integration

JAW = registry.BLENDSHAPES.index("jawOpen")
BREAK_SECS = 0.9


class Seen:
    """What a subscriber got of one avatar."""

    def __init__(self) -> None:
        self.frames: list[ReceivedFrame] = []
        self.updates: list[ReceivedUpdate] = []

    @property
    def spoken(self) -> list[ReceivedFrame]:
        """The frames whose mouth is a voice's."""
        return [received for received in self.frames if received.frame.group(Group.MOUTH)[:2] == (True, Source.VOICE)]

    def jaws(self) -> list[float]:
        return [float(received.frame.blendshape_weights()[JAW]) for received in self.frames]


@contextmanager
def running(models: ModelStore | None = None) -> Iterator[tuple[Sidecar, Seen]]:
    """A sidecar and a subscriber to its avatar `a`, connected."""
    base = free_port_base()
    options = SidecarOptions(port_base=base, perception_workers=1, pipeline=PipelineOptions(slots=2))
    sidecar = Sidecar(options, models=models)
    sidecar.start()
    seen = Seen()
    try:
        endpoint = f"tcp://127.0.0.1:{base + PORT_PUBLISH}"
        with Subscriber(endpoint, avatars=["a"], listener=seen.frames.append, affect_listener=seen.updates.append):
            assert wait_until(lambda: sidecar.transport.subscription_count > 0)
            yield sidecar, seen
    finally:
        sidecar.stop()


def start(sidecar: Sidecar, source: str, voice: str, *consent: str) -> None:
    sidecar.sessions.start(SessionRequest("a", SourceSpec.parse(source), consent=frozenset(consent), voice=VoiceSpec.parse(voice)))


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A second of something like speech, half a second of nothing, and the same again, at 44.1 kHz."""
    spoken = syllables(1.0)
    sound = np.concatenate((spoken, np.zeros(round(BREAK_SECS * 16_000), np.float32), spoken))
    steps = np.arange(round(sound.size * 44_100 / 16_000)) * 16_000 / 44_100
    return write_sound(tmp_path / "line.wav", np.interp(steps, np.arange(sound.size), sound).astype(np.float32), rate_hz=44_100)


def test_line_of_a_file_moves_a_mouth_in_step_with_its_sound(line: Path) -> None:
    with running() as (sidecar, seen):
        start(sidecar, "none", f"file:{line}")
        session = sidecar.sessions.get("a")
        assert wait_until(lambda: session.state.value == "ended")
        assert wait_until(lambda: seen.frames[-1].frame.group(Group.MOUTH)[1] != Source.VOICE)
    frames = [received.frame for received in seen.spoken if received.frame.audio_sample is not None]
    times = np.array([frame.time_nanos for frame in frames])
    samples = np.array([frame.audio_sample for frame in frames], np.int64)
    assert len(frames) > 100
    assert (np.diff(times) > 0).all()
    in_step = np.isclose(np.diff(times), 1e9 / 60, atol=2)
    assert in_step.mean() > 0.9, "a busy machine may leave some out"
    # The sound that a pose belongs to and the instant that it shows keep the same distance from the first to the last.
    live = np.array([frame.group(Group.MOUTH)[3] == 0 for frame in frames])
    late = samples[live] / 44_100 - times[live] / 1e9
    assert np.ptp(late) < 2e-3
    assert max(seen.jaws()) > 0.1  # what is made of harmonics is not quite speech
    assert seen.jaws()[-1] == 0
    silent = (samples / 44_100 > 1.0 + 0.5) & (samples / 44_100 < 0.85 + BREAK_SECS)  # lips move before the sound
    assert silent.any()
    assert np.array([float(frame.blendshape_weights()[JAW]) for frame in frames])[silent].max() < 0.05
    probabilities = [received.update.speaking_probability for received in seen.updates]
    assert max(probability for probability in probabilities if probability is not None) > 0
    latencies = np.array([received.latency_nanos for received in seen.spoken]) / 1e6
    assert np.median(latencies[: len(frames) // 2]) < 120


def test_voice_and_face_share_an_avatar(line: Path, tmp_path: Path) -> None:
    # Without the network that tells speech, loudness does: a buzz is no speech to the network.
    with running(ModelStore(tmp_path / "nothing")) as (sidecar, seen):
        start(sidecar, "synthetic", f"file:{line}")
        assert wait_until(lambda: sidecar.sessions.get("a").state_of(sidecar.sessions.get("a").sources[1]).value == "ended")
        assert wait_until(lambda: seen.frames[-1].frame.group(Group.MOUTH)[:2] == (True, Source.FACE))
    assert all(received.frame.group(Group.EYES)[:2] == (True, Source.FACE) for received in seen.frames[10:])
    assert len(seen.spoken) > 40
    for received in seen.spoken:
        frame = received.frame
        assert frame.audio_sample is not None
        assert frame.group(Group.MOUTH)[3] < 0.26, "a voice that has ended is held and eased"
    ages = [received.frame.group(Group.MOUTH)[3] for received in seen.spoken]
    assert 0.03 < np.median(ages) < 0.1, "the sound is a little older than the picture"
    assert all(received.frame.audio_sample is None for received in seen.frames if received not in seen.spoken)


def test_microphone_is_heard_from_grant_to_revocation(monkeypatch: pytest.MonkeyPatch) -> None:
    microphones = FakeMicrophones()
    with running() as (sidecar, seen):
        monkeypatch.setattr(sidecar.sessions._parts, "_microphone_opener", microphones)
        start(sidecar, "synthetic", "microphone")
        session = sidecar.sessions.get("a")
        assert session.voice is not None
        assert isinstance(session.voice.source, MicrophoneSource)
        time.sleep(0.3)
        assert microphones.opened == []
        assert all(received.update.speaking_probability is None for received in seen.updates)

        sidecar.sessions.set_consent("a", "microphone", granted=True)
        assert wait_until(lambda: bool(seen.updates) and seen.updates[-1].update.speaking_probability is not None)

        began = sidecar.clock.now_nanos()
        sidecar.sessions.set_consent("a", "microphone", granted=False)
        ended = sidecar.clock.now_nanos()
        assert (ended - began) / 1e6 < 100
        assert microphones.opened[-1].closed.is_set()
        assert wait_until(lambda: any(received.frame.time_nanos > ended for received in seen.frames))
        time.sleep(0.2)
    sent_later = [received for received in seen.frames if received.frame.time_nanos > ended]
    assert sent_later
    assert all(received.frame.audio_sample is None for received in sent_later)
    assert {received.frame.group(Group.MOUTH)[:2] for received in sent_later} == {(True, Source.FACE)}
    told_later = [received.update for received in seen.updates if received.update.time_nanos > ended]
    assert {update.speaking_probability for update in told_later} == {None}


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """A spoken line of some three seconds."""
    espeak = shutil.which("espeak-ng")
    if espeak is None:
        pytest.skip("espeak-ng is not on this machine: nobody speaks")
    path = tmp_path / "speech.wav"
    subprocess.run([espeak, "-w", str(path), "Mama, papa, bring a big map of the moon."], check=True, timeout=30)
    return path


def test_spoken_line_opens_and_shuts_the_mouth(speech: Path, model_path: Callable[[str], Path]) -> None:
    assert model_path("silero_vad")
    with running() as (sidecar, seen):
        start(sidecar, "none", f"file:{speech}")
        assert wait_until(lambda: sidecar.sessions.get("a").state.value == "ended")
    jaws = np.array(seen.jaws())
    assert jaws.max() > 0.25
    assert np.count_nonzero(np.diff((jaws > 0.12).astype(int)) == 1) >= 3, "it opens again and again"
    told = [received.update.speaking_probability for received in seen.updates]
    assert max(probability or 0 for probability in told) > 0.8 * 255


def with_sound(clip: Path, sound: Path, path: Path) -> Path:
    """The pictures of one file and the sound of another."""
    with av.open(str(clip)) as pictures, av.open(str(sound)) as voice, av.open(str(path), "w") as both:
        pairs = [(kind, both.add_stream_from_template(kind)) for kind in (pictures.streams.video[0], voice.streams.audio[0])]
        for (kind, copied), container in zip(pairs, (pictures, voice), strict=True):
            for packet in container.demux(kind):
                if packet.dts is not None:
                    packet.stream = copied
                    both.mux(packet)
    return path


def test_video_speaks_with_its_own_voice(
    tmp_path: Path, speech: Path, face_landmarker_path: Path, carphone_path: Path, model_path: Callable[[str], Path]
) -> None:
    assert face_landmarker_path
    assert model_path("silero_vad")
    clip = with_sound(carphone_path, speech, tmp_path / "talk.mkv")
    with running() as (sidecar, seen):
        start(sidecar, f"file:{clip}", "same")
        assert wait_until(lambda: any(received.frame.is_valid(Group.EYES) for received in seen.spoken), timeout_secs=15)
        session = sidecar.sessions.get("a")
        assert [source.description for source in session.sources] == ["file:talk.mkv"] * 2
