from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from affectia.cli import demo as demo_module
from affectia.cli.demo import NO_CONSENT, START_SECS, DemoRun, SidecarEnded, demo, needed_consent, own_rate, serve_arguments
from affectia.cli.main import main
from affectia.clock import FakeClock
from affectia.errors import AffectiaError, CaptureError, ConfigError
from affectia.inference.manifest import Manifest
from affectia.inference.model_store import ModelStore
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from tests.unit.cli.frames_by_hand import received, updated

pytestmark = pytest.mark.unit

CAMERA = SourceSpec.parse("camera:2")


class FakeChild:
    """Ends with a code after it was asked so many times."""

    def __init__(self, *, ends_after: int = 1_000_000, code: int = 6) -> None:
        self.left = ends_after
        self.code = code

    @property
    def exit_code(self) -> int | None:
        self.left -= 1
        return None if self.left >= 0 else self.code

    def error_text(self) -> str:
        return "port 17870 is in use"


def run(seconds: float = 2.0, note: str = "") -> DemoRun:
    return DemoRun("clip:carphone", seconds, 17870, 29.97, note=note)


def invoked(tmp_path: Path, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(demo)
    return CliRunner().invoke(app, list(arguments), obj=ModelStore(tmp_path, manifest=Manifest(())))


def test_time_is_counted_from_the_first_frame() -> None:
    demo_run, clock = run(seconds=2.0), FakeClock(1_000_000_000)
    seen: list[float] = []
    for elapsed_secs in demo_run.moments(FakeChild(), clock):
        seen.append(elapsed_secs)
        if len(seen) == 50:
            demo_run.add(received(0, at_millis=(clock.now_nanos() - 1_000_000_000) / 1e6, latency_millis=0))
    assert seen[:50] == [0.0] * 50
    assert len(seen) == 50 + 19
    assert seen[-1] == pytest.approx(1.9)


def test_sidecar_that_sends_nothing_is_given_up() -> None:
    clock = FakeClock(0)
    with pytest.raises(AffectiaError, match="no frame came from clip:carphone within 60 s"):
        list(run().moments(FakeChild(), clock))
    assert clock.now_nanos() == pytest.approx(START_SECS * 1e9, abs=0.2e9)


def test_sidecar_that_ends_is_noticed_with_its_code() -> None:
    with pytest.raises(SidecarEnded, match="port 17870 is in use") as caught:
        list(run().moments(FakeChild(ends_after=3), FakeClock()))
    assert caught.value.exit_code == 6


def test_zero_seconds_never_end() -> None:
    demo_run, clock = run(seconds=0), FakeClock(1_000_000_000)
    demo_run.add(received(0, latency_millis=0))
    moments = demo_run.moments(FakeChild(), clock)
    assert [next(moments) for _ in range(5000)][-1] == pytest.approx(499.9)


def test_dashboard_says_what_it_waits_for() -> None:
    demo_run = run()
    assert demo_run.dashboard(0.0, 0).note == "the sidecar is starting"
    frame = received(0)
    demo_run.add(frame)
    assert demo_run.dashboard(0.0, frame.received_at_nanos).note == ""
    assert demo_run.dashboard(0.0, frame.received_at_nanos + 3_000_000_000).note == "no frame for 3 s"
    assert run(note=NO_CONSENT).dashboard(0.0, 0).note == NO_CONSENT


def test_dashboard_knows_the_clips_own_rate() -> None:
    dashboard = run().dashboard(0.0, 0)
    assert (dashboard.own_rate_hz, dashboard.own_rate_of) == (29.97, "clip")


def test_updates_are_shown_and_kept() -> None:
    demo_run = run()
    frame = received(0)
    demo_run.add(frame)
    demo_run.add_update(updated(0, units={"au12_smile": 0.6}, lids=(0.5, 0.5)))
    affect = demo_run.dashboard(0.0, frame.received_at_nanos).reading.affect
    assert affect is not None
    assert affect.lids == pytest.approx((0.5, 0.5), abs=0.002)
    assert [strength for _place, strength in demo_run.affect_recording.curves().strongest(5)] == pytest.approx([0.6])


@pytest.mark.parametrize(
    ("source", "voice", "needed"),
    [
        ("camera:2", "none", ("camera",)),
        ("camera:2", "microphone", ("camera", "microphone")),
        ("none", "microphone:2", ("microphone",)),
        ("clip:carphone", "same", ()),
        ("clip:carphone", "clip:two-cities", ()),
        ("synthetic", "file:a.wav", ()),
    ],
)
def test_devices_need_consent_and_files_do_not(source: str, voice: str, needed: tuple[str, ...]) -> None:
    assert needed_consent(SourceSpec.parse(source), VoiceSpec.parse(voice)) == needed


def test_sidecar_is_told_everything_that_matters() -> None:
    line = " ".join(serve_arguments("camera:2", 27870, {"microphone", "camera"}, voice="microphone:1"))
    assert line.startswith("--source camera:2 --voice microphone:1 --session default --avatars 1 --loop --port-base 27870 --consent camera")
    assert "--consent camera --consent microphone" in line
    silent = serve_arguments("camera:2", 27870, ())
    assert "--consent" not in silent
    assert silent[silent.index("--voice") + 1] == "none"


def test_rate_of_synthetic_and_camera(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, manifest=Manifest(()))
    assert own_rate(SourceSpec.parse("synthetic"), store) == 60.0
    assert own_rate(CAMERA, store) is None


def test_bad_sources_end_before_anything_is_started(tmp_path: Path) -> None:
    assert isinstance(invoked(tmp_path, "--source", "tape:1").exception, ConfigError)
    assert isinstance(invoked(tmp_path, "--source", f"file:{tmp_path / 'none.mp4'}").exception, CaptureError)
    assert isinstance(invoked(tmp_path, "--source", "clip:none").exception, AffectiaError)
    assert isinstance(invoked(tmp_path, "--source", "synthetic", "--voice", "tape").exception, ConfigError)
    assert isinstance(invoked(tmp_path, "--source", "synthetic", "--voice", "clip:none").exception, AffectiaError)
    assert isinstance(invoked(tmp_path, "--source", "camera:0", "--voice", "same").exception, ConfigError)


def test_output_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    result = invoked(tmp_path, "--source", "synthetic", "--out", str(tmp_path / "out"))
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception).startswith("output is a file, expected a folder")


def test_usual_rates_for_a_camera() -> None:
    class Came:
        def __init__(self, rate_hz: float) -> None:
            self.rate_hz = rate_hz

    camera = DemoRun("camera:0", 1.0, 17870, None)
    rates = [demo_module._take_rate_hz(camera, Came(hz)) for hz in (14.9, 24.8, 29.6, 30.2, 59.0, 90.0)]  # type: ignore[arg-type]
    assert rates == [24.0, 25.0, 30.0, 30.0, 60.0, 120.0]


def test_a_demo_of_a_camera_that_nobody_can_allow_ends_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    # pytest's standard input is no terminal, so nobody can be asked.
    assert main(["demo", "--source", "camera:0", "--seconds", "1"]) == 7
    assert "needs the consent of the person in front of it" in capsys.readouterr().err


def test_demo_npc_performs_a_script_without_a_sidecar(tmp_path: Path) -> None:
    (tmp_path / "script.toml").write_text("secs = 9")
    given = ["npc", "--script", str(tmp_path / "script.toml"), "--seed", "4", "--seconds", "0.5", "--out", str(tmp_path / "out")]
    result = invoked(tmp_path, *given)
    assert result.exit_code == 0, result.output
    assert "0.5 s, 30 frames" in result.output
    assert (tmp_path / "out" / "take.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["npcs"], "demo is 'npcs', expected one of npc, did you mean npc"),
        (["--seed", "3"], "--script and --seed are of `affectia demo npc`, expected npc behind demo"),
        (["npc", "--source", "synthetic"], "demo npc has --source, expected --script, --seed, --seconds and --out alone"),
        (["npc", "--headless", "--port-base", "9000"], "demo npc has --headless and --port-base, expected --script, "),
        (["npc", "--seconds", "0"], "--seconds is 0, expected 0.1 to 600 for a script"),
    ],
)
def test_what_is_not_of_the_same_demo_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = invoked(tmp_path, *arguments)
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception).startswith(message)
