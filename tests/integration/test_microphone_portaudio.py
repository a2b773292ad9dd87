"""A microphone through the real PortAudio, without any: ALSA's `file` device plays a file endlessly and as fast as it is asked for;
PulseAudio's null sink, where PulseAudio is installed, keeps time like a sound card.

Each runs in a child process: ALSA reads its configuration once.
"""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affectia.cli.sidecar_process import child_environment
from tests.unit.sounds import tone

pytestmark = pytest.mark.integration

if not sys.platform.startswith("linux") or not Path("/usr/share/alsa/alsa.conf").exists():
    pytest.skip("only Linux with ALSA has microphones that are made of files", allow_module_level=True)
if ctypes.util.find_library("portaudio") is None:
    pytest.skip("no PortAudio (apt-get install libportaudio2)", allow_module_level=True)

HEAR = """
import json, sys, time
import numpy as np
from affectia.capture.audio_queue import AudioQueue
from affectia.capture.microphone import MicrophoneOptions, MicrophoneSource
from affectia.capture.microphone_list import list_microphones
from affectia.clock import SystemClock

which, secs = sys.argv[1], float(sys.argv[2])
listed = [microphone.name for microphone in list_microphones().microphones]
queue, clock = AudioQueue(longest_secs=30), SystemClock()
source = MicrophoneSource(which, queue, clock, MicrophoneOptions(first_retry_secs=0.2))
source.check()
source.start(name="capture-default")
until = time.monotonic() + 10
while queue.put_count < 20 and time.monotonic() < until:
    time.sleep(0.01)
time.sleep(secs)
state, detail, rate_hz = source.state.value, source.detail, source.rate_hz()
source.stop()
put_count = queue.put_count
time.sleep(0.1)
samples = []
while (sample := queue.take()) is not None:
    samples.append(sample)
broken = [place for place, sample in enumerate(samples) if not sample.follows]
first = samples[: broken[1] if len(broken) > 1 else None]
pcm = np.concatenate([sample.pcm for sample in first]) if first else np.zeros(0)
off = [s.starts_at_nanos - first[0].starts_at_nanos - s.source_sample * 10**9 / s.source_rate_hz for s in first]
spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))) if len(pcm) else np.zeros(1)
json.dump({
    "listed": listed, "state": state, "detail": detail, "rate_hz": rate_hz, "late": queue.put_count - put_count,
    "device_rate_hz": source.device_rate_hz, "key": source.key, "count": len(pcm), "finite": bool(np.isfinite(pcm).all()),
    "peak": float(np.abs(pcm).max(initial=0)), "loudest_hz": float(spectrum.argmax() * 16000 / max(1, len(pcm))),
    "off_millis": (max(off) - min(off)) / 1e6 if off else 0.0, "rising": all(b.starts_at_nanos > a.starts_at_nanos
    for a, b in zip(samples, samples[1:])),
}, sys.stdout)
"""


def heard(folder: Path, configuration: str, which: str, secs: float, **environment: str) -> dict[str, Any]:
    file = folder / "asound.conf"
    file.write_text("</usr/share/alsa/alsa.conf>\n" + configuration)
    ended = subprocess.run(
        [sys.executable, "-c", HEAR, which, str(secs)],
        env={**child_environment(), "ALSA_CONFIG_PATH": str(file), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_file_that_plays_as_a_microphone_is_heard(tmp_path: Path) -> None:
    sound = tmp_path / "tone.raw"
    (tone(440, rate_hz=48000, secs=20) * 32767).astype("<i2").tofile(sound)
    configuration = (
        f'pcm.made_of_a_file {{ type file slave.pcm null file /dev/null infile "{sound}" format raw }}\n'
        "pcm.made_up { type plug slave { pcm made_of_a_file format S16_LE channels 1 rate 48000 } }\n"
    )
    found = heard(tmp_path, configuration, "made_up", 0.1)
    assert "made_up" in found["listed"]
    assert (found["state"], found["detail"]) == ("running", "")
    assert (found["device_rate_hz"], found["key"]) == (48000, "made_up, ALSA")
    assert found["finite"]
    assert found["rising"]
    assert found["late"] == 0
    assert found["peak"] == pytest.approx(0.5, abs=0.1)
    assert found["count"] > 1600
    assert found["loudest_hz"] == pytest.approx(440, abs=12)


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Path]:
    """The folder of a PulseAudio of our own, whose only sink is heard by its only source."""
    program = shutil.which("pulseaudio")
    if program is None or not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        pytest.skip("no PulseAudio with its ALSA plugin (apt-get install pulseaudio pulseaudio-utils libasound2-plugins)")
    folder = tmp_path / "pulse"
    folder.mkdir(mode=0o700)
    command = [program, "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--load=module-native-protocol-unix"]
    command += ["--load=module-null-sink sink_name=room rate=44100", "--load=module-remap-source master=room.monitor source_name=ear"]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    daemon = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while not (folder / "pulse" / "native").exists() and time.monotonic() < until:
        time.sleep(0.02)
    yield folder
    daemon.terminate()
    daemon.wait(10)


def test_a_microphone_that_keeps_time_is_heard_evenly(tmp_path: Path, pulse: Path) -> None:
    configuration = "pcm.room { type pulse }\n"
    found = heard(tmp_path, configuration, "room", 2.0, XDG_RUNTIME_DIR=str(pulse), HOME=str(pulse))
    assert (found["state"], found["detail"], found["late"]) == ("running", "", 0)
    assert found["rate_hz"] == pytest.approx(100, rel=0.1)
    assert found["rising"]
    assert found["off_millis"] < 30
    assert np.isclose(found["peak"], 0)
