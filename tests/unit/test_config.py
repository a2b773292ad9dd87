from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from affectia import config
from affectia.errors import ConfigError

pytestmark = pytest.mark.unit


def written(folder: Path, text: str) -> Path:
    path = folder / "affectia.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(path: Path | None = None, environment: dict[str, str] | None = None, **flags: Any) -> config.Settings:
    return config.load(path, environment=environment or {}, flags={key.replace("__", "."): value for key, value in flags.items()})


@pytest.fixture(autouse=True)
def no_settings_of_this_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(config, "default_config_path", lambda: tmp_path / "of_this_user" / "affectia.toml")


def test_nothing_given_is_the_defaults() -> None:
    assert load() == config.Settings()


def test_the_later_source_wins(tmp_path: Path) -> None:
    path = written(tmp_path, '[server]\nport_base = 18000\n[frames]\nrate_hz = 30\n[session]\nsource = "synthetic"\n')
    settings = load(path, {"AFFECTIA_SERVER__PORT_BASE": "19000", "AFFECTIA_FRAMES__PRECISION_BITS": "16"}, session__source="camera:1")
    assert settings.server.port_base == 19000
    assert settings.frames.rate_hz == 30.0
    assert settings.frames.precision_bits == 16
    assert settings.session.source == "camera:1"


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(written(tmp_path, "[server]\nport_base = 18000\n"), server__port_base=None).server.port_base == 18000


def test_one_constant_of_a_table_leaves_the_others(tmp_path: Path) -> None:
    settings = load(written(tmp_path, "[motion.brows]\nmin_cutoff_hz = 0.9\n"))
    assert settings.pipeline().motion.brows.min_cutoff_hz == 0.9
    assert settings.motion.brows.beta_hz == config.Settings().motion.brows.beta_hz
    assert settings.motion.mouth == config.Settings().motion.mouth


def test_everything_of_a_voice_can_be_set(tmp_path: Path) -> None:
    text = """
[session]
voice = "microphone:1"
[microphone]
block_millis = 20
[voice]
start = 0.6
[voice_fusion]
attack_secs = 0.03
[speech]
quick_secs = 0.01
[closure]
hold_secs = 0.05
[rig]
tongue = false
"""
    settings = load(written(tmp_path, text))
    assert settings.session.voice == "microphone:1"
    assert (settings.microphone.block_millis, settings.voice.start) == (20.0, 0.6)
    options = settings.pipeline()
    assert options.voice.attack_secs == 0.03
    assert options.voice.release_secs == config.Settings().voice_fusion.release_secs
    assert (options.speech.quick_secs, options.closure.hold_secs, options.rig.tongue) == (0.01, 0.05, False)


def test_everything_of_how_people_feel_can_be_set(tmp_path: Path) -> None:
    text = """
[face_emotion]
method = "blendshapes"
rate_hz = 10
[speech_emotion]
method = "edge"
period_secs = 0.25
[sense_voice]
threads = 2
[affect]
voice_hold_secs = 1.5
"""
    settings = load(written(tmp_path, text))
    assert (settings.face_emotion.method, settings.face_emotion.rate_hz) == ("blendshapes", 10.0)
    assert (settings.speech_emotion.method, settings.speech_emotion.period_secs) == ("edge", 0.25)
    assert settings.sense_voice.threads == 2
    assert settings.pipeline().affect.voice_hold_secs == 1.5


def test_the_environment_speaks_toml_and_plain_words() -> None:
    settings = load(environment={"AFFECTIA_SESSION__CONSENT": '["camera"]', "AFFECTIA_SESSION__SOURCE": "file:a b.mp4"})
    assert settings.session.consent == ("camera",)
    assert settings.session.source == "file:a b.mp4"


def test_a_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    path = written(tmp_path, "[server]\nport_base = 18000\n")
    assert load(environment={"AFFECTIA_CONFIG": str(path)}).server.port_base == 18000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sever]\n", "setting sever is unknown, did you mean server: .*affectia.toml"),
        ("[server]\nportbase = 1\n", "setting server.portbase is unknown, did you mean server.port_base"),
        ("[motion.mouth]\nmin_cutof_hz = 1\n", "setting motion.mouth.min_cutof_hz is unknown, did you mean motion.mouth.min_cutoff_hz"),
        ("[server]\nzzz = 1\n", "setting server.zzz is unknown, expected one of: server.port_base, server.host"),
        ("server = 1\n", "setting server is 1, expected a table"),
        ('[server]\nport_base = "many"\n', "server.port_base is 'many', expected a valid integer"),
        ("[server]\nport_base = 80\n", "server.port_base is 80, expected 1024 to 65532"),
        ('[log]\nlevel = "loud"\n', "log.level is 'loud', expected 'debug', 'info', 'warning' or 'error'"),
        ("[server\n", "no valid TOML"),
        ("[voice_fusion]\nstart_probability = 2\n", "voice_fusion.start_probability is 2.0, expected more than 0"),
        ("[voice]\nstart_probability = 0.5\n", "setting voice.start_probability is unknown, expected one of|did you mean"),
        ('[speech_emotion]\nmethod = "egde"\n', "speech_emotion.method is 'egde', expected one of auto, .*, did you mean edge"),
        ("[face_emotion]\nrate_hz = 100\n", "face_emotion.rate_hz is 100.0, expected 1 to 60"),
        ("[sense_voice]\nthreads = 0\n", "sense_voice.threads is 0, expected 1 to 64"),
        ("[microphone]\nblock_millis = 1\n", "microphone.block_millis is 1.0, expected 2 to 100"),
    ],
)
def test_wrong_settings_are_told_in_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(written(tmp_path, text))


def test_an_unknown_variable_names_the_nearest_key() -> None:
    with pytest.raises(
        ConfigError, match="setting frames.rate is unknown, did you mean frames.rate_hz: environment variable AFFECTIA_FRAMES__RATE"
    ):
        load(environment={"AFFECTIA_FRAMES__RATE": "30"})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="settings file does not exist: .*absent.toml"):
        load(tmp_path / "absent.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "affectia.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(path)
