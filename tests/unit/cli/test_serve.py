from __future__ import annotations

import pytest

from affectia import config
from affectia.cli.main import main
from affectia.cli.serve import emotion_flags, session_request, with_consent
from affectia.config import FrameSettings, SessionSettings, Settings
from affectia.errors import ConfigError
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec

pytestmark = pytest.mark.unit


def test_none_opens_no_session() -> None:
    assert session_request(Settings(session=SessionSettings(source="none"))) is None


def test_the_request_is_what_the_settings_say() -> None:
    settings = Settings(
        session=SessionSettings(source="camera:2", id="left", consent=("camera",), loop=True),
        frames=FrameSettings(precision_bits=16, rate_hz=30.0, smoothing=0.5),
    )
    request = session_request(settings)
    assert request is not None
    assert (request.source.kind, request.source.camera_index) == ("camera", 2)
    assert request.session_id == "left"
    assert request.consent == {"camera"}
    assert request.loop
    assert (request.options.precision_bits, request.options.rate_hz, request.options.smoothing) == (16, 30.0, 0.5)


def test_the_request_says_how_its_avatars_act() -> None:
    usual = session_request(Settings(session=SessionSettings(source="synthetic")))
    assert usual is not None
    assert (usual.profile, usual.mapping, usual.idle, usual.seed, usual.calibration) == ("arkit52", "", "auto", 0, "")
    chosen = SessionSettings(source="npc", avatars=3, profile="vrm1", mapping="split", idle="on", seed=5, calibration="anna")
    request = session_request(Settings(session=chosen))
    assert request is not None
    assert (request.source.kind, request.avatars) == ("npc", 3)
    assert (request.profile, request.mapping, request.idle, request.seed, request.calibration) == ("vrm1", "split", "on", 5, "anna")


def test_a_voice_may_come_alone_or_beside_pictures() -> None:
    alone = session_request(Settings(session=SessionSettings(source="none", voice="microphone", consent=("microphone",))))
    assert alone is not None
    assert (alone.source.kind, alone.voice, alone.consent) == ("none", VoiceSpec("microphone"), frozenset({"microphone"}))
    beside = session_request(Settings(session=SessionSettings(source="clip:carphone", voice="same")))
    assert beside is not None
    assert (beside.source.kind, beside.voice) == ("clip", VoiceSpec("same"))
    assert session_request(Settings(session=SessionSettings(source="", voice=""))) is None


@pytest.mark.parametrize(
    ("session", "message"),
    [
        (SessionSettings(source="camera:0", voice="tape"), "^voice is 'tape', expected microphone, "),
        (SessionSettings(source="synthetic", voice="same"), "^voice is 'same' beside a source of kind synthetic"),
        (SessionSettings(source="camera:0", voice="microphone", avatars=2), "^avatar count is 2, expected 1 with a voice"),
        (SessionSettings(source="npc", mapping="magic"), "^mapping is 'magic', expected one of "),
        (SessionSettings(source="npc", seed=-1), "^seed is -1, expected 0 to "),
    ],
)
def test_sessions_that_cannot_be_are_refused(session: SessionSettings, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        session_request(Settings(session=session))


class Person:
    """Answers what the test says, and keeps what was asked."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.questions: list[str] = []

    def __call__(self, question: str) -> bool:
        self.questions.append(question)
        return self.answers.pop(0)


def test_camera_and_microphone_are_asked_for_apart_by_name() -> None:
    person = Person(False, True)
    granted = with_consent(SourceSpec.parse("camera:2"), VoiceSpec.parse("microphone:USB headset"), frozenset(), ask=person, more=" and me")
    assert granted == {"microphone"}
    camera, microphone = person.questions
    assert camera.startswith("Affectia wants to use camera 2. ")
    assert microphone.startswith("Affectia wants to listen to microphone USB headset. No sound")
    assert "seems to feel" in camera
    assert "how that sounds" in microphone
    assert all(" on this machine and me. Allow?" in question for question in person.questions)


def test_what_was_given_or_needs_no_consent_is_not_asked_for() -> None:
    person = Person(True)
    camera, same = SourceSpec.parse("camera:0"), VoiceSpec.parse("same")
    assert with_consent(camera, VoiceSpec.parse("microphone"), frozenset({"camera"}), ask=person) == {"camera", "microphone"}
    assert person.questions == [question for question in person.questions if "listen to the microphone." in question]
    assert with_consent(SourceSpec.parse("clip:a"), same, frozenset(), ask=person) == frozenset()
    assert with_consent(SourceSpec.parse("none"), VoiceSpec.parse("file:a.wav"), frozenset(), ask=person) == frozenset()
    assert len(person.questions) == 1


def test_no_emotion_turns_off_both_ways_to_tell_it() -> None:
    for given, method in ((None, "auto"), (True, "auto"), (False, "off")):
        settings = config.load(environment={}, flags=emotion_flags(given))
        assert (settings.face_emotion.method, settings.speech_emotion.method) == (method, method)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_granted() -> None:
    # pytest's standard input is no terminal: a question would wait for ever.
    request = session_request(Settings(session=SessionSettings(source="camera:0")))
    assert request is not None
    assert request.consent == frozenset()


@pytest.mark.parametrize("frames", [FrameSettings(precision_bits=12), FrameSettings(rate_hz=0), FrameSettings(smoothing=-1)])
def test_frames_that_cannot_be_are_refused(frames: FrameSettings) -> None:
    with pytest.raises(ConfigError, match="expected"):
        session_request(Settings(session=SessionSettings(source="synthetic"), frames=frames))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--camera-size", "big"), "camera size is 'big', expected WIDTHxHEIGHT in pixels, such as 1280x720"),
        (("--camera-size", "1x720"), "camera.width_px is 1, expected 16 to 8192"),
        (("--camera-size", "1280x1"), "camera.height_px is 1, expected 16 to 8192"),
        (("--camera-rate", "0"), "camera.rate_hz is 0.0, expected 1 to 240"),
        (("--camera-fov", "7"), "camera.vertical_fov_deg is 7.0, expected 20 to 150"),
    ],
)
def test_flags_of_the_camera_that_cannot_be_are_refused(flags: tuple[str, str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *flags]) == 2
    assert capsys.readouterr().err == f"affectia: {message}\n"
