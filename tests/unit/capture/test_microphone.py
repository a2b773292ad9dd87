from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from affectia.capture.microphone import MicrophoneOptions, MicrophoneSource
from affectia.capture.microphone_device import MicrophoneStream
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.source import SourceState
from affectia.clock import NANOS_PER_MILLI, FakeClock
from affectia.errors import CaptureError
from tests.unit.capture.fake_microphones import FakeMicrophone, FakeMicrophones
from tests.unit.fakes import wait_until
from tests.unit.sounds import FakeAudioSink

pytestmark = pytest.mark.unit

QUICK = MicrophoneOptions(first_retry_secs=0.01, longest_retry_secs=0.04)
# A machine that is busy for a fifth of a second must not look like a microphone that has stopped.
STALLING = MicrophoneOptions(first_retry_secs=0.01, longest_retry_secs=0.04, stall_secs=0.25)
GROWING = MicrophoneOptions(first_retry_secs=0.02, longest_retry_secs=0.32)


def microphone(
    sink: FakeAudioSink,
    opener: FakeMicrophones,
    options: MicrophoneOptions = QUICK,
    *,
    which: str = "",
    diagnosis: MicrophoneFault = MicrophoneFault.NO_ANSWER,
) -> MicrophoneSource:
    return MicrophoneSource(which, sink, FakeClock(start_nanos=NANOS_PER_MILLI * 1000), options, opener, lambda which: diagnosis)


def started(source: MicrophoneSource) -> MicrophoneSource:
    source.start(name="capture-default")
    return source


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("capture-default")]


def test_sound_comes_out_with_the_time_at_which_it_was_heard() -> None:
    sink, stream = FakeAudioSink(), FakeMicrophone(rate_hz=16000, channels=2)
    source = started(microphone(sink, FakeMicrophones(stream), which=" mic "))
    assert (source.modality, source.description) == ("microphone", "microphone:mic")
    stream.hear(np.array([[0.5, 0.0]] * 160, np.float32), age_nanos=25 * NANOS_PER_MILLI)
    assert sink.wait_for(1)
    sample = sink.samples[0]
    assert (sample.starts_at_nanos, sample.source_rate_hz, sample.source_sample) == (975 * NANOS_PER_MILLI, 16000, 0)
    assert sample.pcm.tolist() == [0.25] * 160
    assert sample.follows is False
    assert wait_until(lambda: source.captured_count == 1)
    assert (source.state, source.detail, source.notice) == (SourceState.RUNNING, "", "")
    assert (source.device_rate_hz, source.device_channels, source.key) == (16000, 2, "Mic, ALSA")
    source.stop()
    assert stream.closed.is_set()
    assert (source.state, threads()) == (SourceState.ENDED, [])


def test_one_that_is_pulled_out_is_tried_again_until_it_is_back() -> None:
    sink, first, back = FakeAudioSink(), FakeMicrophone(), FakeMicrophone(rate_hz=48000)
    opener = FakeMicrophones(first, MicrophoneFault.GONE, MicrophoneFault.BUSY, back)
    source = started(microphone(sink, opener, which="2", diagnosis=MicrophoneFault.GONE))
    first.hear()
    assert sink.wait_for(1)
    first.end()
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    back.hear(480)
    assert sink.wait_for(2)
    assert wait_until(lambda: (source.state, source.detail) == (SourceState.RUNNING, ""))
    assert first.closed.is_set()
    assert (sink.samples[1].follows, sink.samples[1].source_sample, sink.samples[1].source_rate_hz) == (False, 0, 48000)
    # Not index 2 again: it may be another one by now.
    assert opener.asked == ["2", "Mic, ALSA", "Mic, ALSA", "Mic, ALSA"]
    source.stop()


def test_the_systems_own_may_become_another_one() -> None:
    first, second = FakeMicrophone(), FakeMicrophone(key="Headset, ALSA")
    opener = FakeMicrophones(first, second)
    source = started(microphone(FakeAudioSink(), opener))
    first.end()
    second.hear()
    assert wait_until(lambda: source.key == "Headset, ALSA")
    assert opener.asked == ["", ""]
    source.stop()


@pytest.mark.parametrize("fault", [MicrophoneFault.GONE, MicrophoneFault.BUSY, MicrophoneFault.NO_PERMISSION, MicrophoneFault.NO_ANSWER])
def test_the_detail_says_what_is_wrong_and_what_to_do(fault: MicrophoneFault) -> None:
    source = started(microphone(FakeAudioSink(), FakeMicrophones(fault), MicrophoneOptions(first_retry_secs=15)))
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert source.detail == f"the microphone gives no sound ({fault.value}): {fault.next_step()}; trying again in 15 s"
    began = time.monotonic()
    source.stop()
    assert time.monotonic() - began < 5


def test_the_delay_grows_to_its_longest_and_starts_over_after_sound() -> None:
    times: list[float] = []
    heard = FakeMicrophone()
    streams: list[MicrophoneStream | MicrophoneFault] = [*[MicrophoneFault.GONE] * 6, heard, *[MicrophoneFault.GONE] * 2]
    enough = threading.Event()

    def opener(which: str, options: MicrophoneOptions) -> MicrophoneStream | MicrophoneFault:
        times.append(time.monotonic())
        if not streams:
            enough.set()
            return MicrophoneFault.GONE
        return streams.pop(0)

    sink = FakeAudioSink()
    source = MicrophoneSource("", sink, FakeClock(), GROWING, opener, lambda which: MicrophoneFault.GONE)
    started(source)
    heard.hear()
    assert sink.wait_for(1)
    ended_at = time.monotonic()
    heard.end()
    assert enough.wait(10)
    source.stop()
    delays = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    delays[6] = times[7] - ended_at
    for delay, least in zip(delays[:9], (0.02, 0.04, 0.08, 0.16, 0.32, 0.32, 0.02, 0.04, 0.08), strict=True):
        assert delay >= 0.9 * least
    assert delays[6] < 0.32


def test_without_portaudio_it_ends_and_says_what_to_install() -> None:
    source = started(microphone(FakeAudioSink(), FakeMicrophones(MicrophoneFault.NO_LIBRARY)))
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.detail == f"the microphone cannot be used (no PortAudio): {MicrophoneFault.NO_LIBRARY.next_step()}"


def test_check_opens_and_gives_back_and_hears_nothing() -> None:
    stream = FakeMicrophone()
    microphone(FakeAudioSink(), FakeMicrophones(stream)).check()
    assert stream.closed.is_set()
    assert not stream.runs.is_set()


def test_check_names_the_next_step() -> None:
    expected = r"^microphone 3 does not open \(busy\), expected one that is there and free; end the other program that holds it; `affectia"
    with pytest.raises(CaptureError, match=expected):
        microphone(FakeAudioSink(), FakeMicrophones(MicrophoneFault.BUSY), which="3").check()


def test_one_whose_callback_is_called_no_more_is_closed_and_opened_again() -> None:
    sink, silent, back = FakeAudioSink(), FakeMicrophone(), FakeMicrophone()
    source = started(microphone(sink, FakeMicrophones(silent, back), STALLING))
    silent.hear()
    assert sink.wait_for(1)
    back.hear()
    assert sink.wait_for(2)
    assert silent.closed.is_set()
    source.stop()


def test_closing_that_hangs_is_told_and_waited_for() -> None:
    sink, stuck, back = FakeAudioSink(), FakeMicrophone(), FakeMicrophone()
    stuck.lets_go.clear()
    opener = FakeMicrophones(stuck, back)
    source = started(microphone(sink, opener, STALLING))
    stuck.hear()
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert source.detail == (
        "the microphone gives no sound (stalled): its driver does not answer, unplug it and plug it in again; waiting for it"
    )
    assert len(opener.asked) == 1
    stuck.lets_go.set()
    back.hear()
    assert sink.wait_for(2)
    source.stop()


def test_a_source_whose_driver_hangs_is_stopped_and_waits_for_it_when_started_again() -> None:
    sink, stuck, back = FakeAudioSink(), FakeMicrophone(), FakeMicrophone()
    stuck.lets_go.clear()
    opener = FakeMicrophones(stuck, back)
    source = started(microphone(sink, opener))
    stuck.hear()
    assert sink.wait_for(1)
    source.stop(timeout_secs=5)
    assert source.state is SourceState.ENDED
    stuck.hear()
    assert len(sink.samples) == 1
    assert threads() == ["capture-default-reader"]
    started(source)
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert len(opener.asked) == 1
    stuck.lets_go.set()
    back.hear()
    assert sink.wait_for(2)
    source.stop()
    assert threads() == []


def test_opening_that_hangs_is_told() -> None:
    go_on = threading.Event()
    late = FakeMicrophone()

    def opener(which: str, options: MicrophoneOptions) -> MicrophoneStream | MicrophoneFault:
        assert go_on.wait(10)
        return late

    source = MicrophoneSource("", FakeAudioSink(), FakeClock(), STALLING, opener, lambda which: MicrophoneFault.GONE)
    started(source)
    assert wait_until(lambda: source.state is SourceState.RETRYING)
    assert "(stalled)" in source.detail
    go_on.set()
    late.hear()
    assert wait_until(lambda: source.state is SourceState.RUNNING)
    source.stop()


def test_silence_and_cut_peaks_are_noticed_until_they_are_over() -> None:
    sink, stream = FakeAudioSink(), FakeMicrophone()
    source = started(microphone(sink, FakeMicrophones(stream), MicrophoneOptions(silent_secs=0.1)))
    stream.hear(np.zeros(1600, np.float32))
    assert wait_until(lambda: source.notice.startswith("the microphone delivers only silence: turn it on or up"))
    assert source.state is SourceState.RUNNING
    stream.hear()
    assert wait_until(lambda: source.notice == "")
    stream.hear(np.ones(15900, np.float32))
    assert wait_until(lambda: source.notice == "the microphone is overdriven: turn its level down")
    source.stop()
    assert source.notice == ""


def test_what_is_unforeseen_ends_the_source_and_is_not_told() -> None:
    def opener(which: str, options: MicrophoneOptions) -> MicrophoneStream | MicrophoneFault:
        raise RuntimeError("secret")

    source = started(MicrophoneSource("", FakeAudioSink(), FakeClock(), QUICK, opener))
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.detail == "source microphone ended with RuntimeError"
