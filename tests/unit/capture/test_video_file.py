from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from affectia.capture.camera_picture import LONGEST_SIDE_PX
from affectia.capture.source import SourceState, VideoSink
from affectia.capture.video_file import VideoFileOptions, VideoFileSource, shown_size, upright
from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, FakeClock, SystemClock
from affectia.errors import CaptureError
from affectia.signals.video_sample import VideoSample
from tests.unit.clips import LEVEL_STEP, write_clip, write_sound
from tests.unit.fakes import FakeSink, wait_until

pytestmark = pytest.mark.unit

FREE = VideoFileOptions(real_time=False, min_height_px=1)


def play(path: Path, options: VideoFileOptions = FREE, *, sink: FakeSink | None = None) -> tuple[VideoFileSource, list[VideoSample]]:
    """Play a file to its end."""
    sink = sink or FakeSink()
    source = VideoFileSource(path, sink, FakeClock(start_nanos=9), options)
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    return source, sink.samples


def levels(samples: list[VideoSample]) -> list[int]:
    """The numbers of the pictures, read off their grey."""
    return [round(float(sample.rgb.mean()) / LEVEL_STEP) for sample in samples]


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mpeg4"), ("a.mp4", "libx264"), ("a.avi", "mjpeg"), ("ä b.mkv", "mpeg4")])
def test_in_lock_step_every_picture_comes_in_order(tmp_path: Path, name: str, codec: str) -> None:
    source, samples = play(write_clip(tmp_path / name, count=12, codec=codec))
    assert levels(samples) == list(range(12))
    assert [sample.media_time_nanos // NANOS_PER_MILLI for sample in samples] == [40 * number for number in range(12)]
    assert {sample.captured_at_nanos for sample in samples} == {9}
    assert (source.captured_count, source.frame_rate_hz, source.detail) == (12, 25, f"file:{name} came to its end")
    assert source.description == f"file:{name}"
    assert source.modality is None


def test_in_lock_step_a_slow_reader_loses_nothing(tmp_path: Path) -> None:
    sink = FakeSink(full_for=3)
    _, samples = play(write_clip(tmp_path / "a.mp4", count=5), sink=sink)
    assert levels(samples) == list(range(5))
    assert sink.refused == 15


def test_pictures_are_rgb(tmp_path: Path) -> None:
    _, samples = play(write_clip(tmp_path / "a.mp4", count=1, colour=True))
    assert samples[0].rgb.dtype == np.uint8
    assert samples[0].rgb[..., 0].min() > 200
    assert samples[0].rgb[..., 2].max() < 60


@pytest.mark.parametrize(("least", "shape"), [(48, (48, 64)), (49, (96, 128)), (240, (240, 320))])
def test_small_pictures_are_enlarged_by_whole_factors(tmp_path: Path, least: int, shape: tuple[int, int]) -> None:
    _, samples = play(write_clip(tmp_path / "a.mp4", count=1), VideoFileOptions(real_time=False, min_height_px=least))
    assert samples[0].rgb.shape == (*shape, 3)


def test_large_pictures_are_made_as_small_as_a_cameras(tmp_path: Path) -> None:
    _, samples = play(write_clip(tmp_path / "a.mp4", count=2, width=1600, height=400))
    assert {sample.rgb.shape for sample in samples} == {(320, LONGEST_SIDE_PX, 3)}
    assert levels(samples) == [0, 1]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ((3840, 2160), (1280, 720)),
        ((2160, 3840), (720, 1280)),  # a phone's, upright
        ((1280, 720), (1280, 720)),
        ((1281, 1), (1280, 1)),
        ((8000, 10), (1280, 2)),
        ((640, 100), (1280, 200)),  # enlarged no further than a picture may be large
        ((1, 1), (240, 240)),
        ((176, 144), (352, 288)),
    ],
)
def test_the_size_that_a_picture_is_given(given: tuple[int, int], shown: tuple[int, int]) -> None:
    assert shown_size(*given, min_height_px=240) == shown


def test_in_real_time_no_picture_comes_before_it_is_due(tmp_path: Path) -> None:
    clock, sink = SystemClock(), FakeSink()
    source = VideoFileSource(write_clip(tmp_path / "a.mp4", count=6, rate_hz=50), sink, clock, VideoFileOptions(min_height_px=1))
    began = clock.now_nanos()
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert levels(sink.samples) == list(range(6))
    for number, sample in enumerate(sink.samples):
        assert sample.captured_at_nanos >= began + number * NANOS_PER_SEC // 50
        assert sample.media_time_nanos == pytest.approx(number * NANOS_PER_SEC // 50, abs=NANOS_PER_MILLI)
    assert source.rate_hz() < 60


class StopAfter(FakeSink):
    """Sets `enough` with the given sample."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.enough = count, threading.Event()

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        if len(self.samples) == self.count:
            self.enough.set()
            return False
        return super().put_when_empty(item, timeout_secs)


def test_a_loop_goes_on_with_rising_media_time(tmp_path: Path) -> None:
    sink = StopAfter(25)
    source = VideoFileSource(write_clip(tmp_path / "a.mp4", count=10), sink, FakeClock(), VideoFileOptions(loop=True, real_time=False))
    source.start(name="capture-file")
    assert sink.enough.wait(10)
    source.stop()
    assert levels(sink.samples) == [*range(10), *range(10), *range(5)]
    assert [sample.media_time_nanos // NANOS_PER_MILLI for sample in sink.samples] == [40 * number for number in range(25)]


@pytest.mark.parametrize("real_time", [True, False])
def test_stopping_does_not_wait_for_the_end(tmp_path: Path, real_time: bool) -> None:
    sink: VideoSink = StopAfter(0)
    path = write_clip(tmp_path / "a.mp4", count=3, rate_hz=1)
    source = VideoFileSource(path, sink, SystemClock(), VideoFileOptions(loop=True, real_time=real_time))
    source.start(name="capture-file")
    source.stop()
    assert "capture-file" not in [thread.name for thread in threading.enumerate()]


def refused(path: Path) -> str:
    with pytest.raises(CaptureError) as caught:
        VideoFileSource(path, FakeSink(), FakeClock())
    assert str(caught.value).endswith(str(path))
    return str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.mp4").startswith("video file does not exist: ")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).startswith("video file is a folder, expected a file: ")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert refused(path).startswith("video file is empty: ")


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.nfo", "notes"])
def test_text_is_refused_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("no film\n" * 500)
    assert "expected" in refused(path)


def test_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(np.random.default_rng(8).bytes(20_000))
    assert "expected" in refused(path)


def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    assert refused(write_sound(tmp_path / "a.wav")).startswith("file has no video stream, expected one: ")


def test_a_file_cut_before_its_index_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:200])
    assert "expected" in refused(path)


@pytest.mark.parametrize("loop", [False, True])
def test_a_file_cut_short_plays_what_is_there(tmp_path: Path, loop: bool) -> None:
    path = write_clip(tmp_path / "a.mp4", count=20, width=320, height=240, codec="mjpeg")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    sink = StopAfter(30)
    source = VideoFileSource(path, sink, FakeClock(), VideoFileOptions(real_time=False, loop=loop))
    source.start(name="capture-file")
    assert wait_until(lambda: sink.enough.is_set() or source.state is SourceState.ENDED)
    source.stop()
    times = [sample.media_time_nanos for sample in sink.samples]
    assert times == sorted(set(times))
    assert len(times) == 30 if loop else 5 < len(times) < 20


@pytest.mark.parametrize("loop", [False, True])
def test_a_file_that_goes_away_ends_the_source_with_a_reason(tmp_path: Path, loop: bool) -> None:
    path = write_clip(tmp_path / "a.mp4")
    source = VideoFileSource(path, FakeSink(), FakeClock(), VideoFileOptions(real_time=False, loop=loop))
    path.unlink()
    source.start(name="capture-file")
    assert wait_until(lambda: source.state is SourceState.ENDED)
    assert source.detail.startswith("video file cannot be read (no such file or directory), expected ")
    assert source.detail.endswith(": a.mp4")  # others may read it: no folders


def test_a_looped_file_that_became_empty_of_pictures_ends(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", codec="mjpeg")
    source = VideoFileSource(path, FakeSink(), FakeClock(), VideoFileOptions(real_time=False, loop=True))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"mdat") + 4])
    source.start(name="capture-file")
    ended = wait_until(lambda: source.state is SourceState.ENDED)
    source.stop()
    assert ended
    assert "no picture" in source.detail


@pytest.mark.parametrize(("rotation_deg", "place_of_mark"), [(0, (0, 0)), (90, (3, 0)), (180, (1, 3)), (-90, (0, 1)), (-180, (1, 3))])
def test_a_picture_that_was_filmed_lying_down_is_turned_counterclockwise(rotation_deg: int, place_of_mark: tuple[int, int]) -> None:
    lying = np.zeros((2, 4, 3), np.uint8)
    lying[0, 0] = 255
    standing = upright(lying, rotation_deg)
    assert standing.shape == ((4, 2, 3) if abs(rotation_deg) == 90 else (2, 4, 3))
    assert standing[place_of_mark].tolist() == [255, 255, 255]
    assert standing.flags.c_contiguous


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.mp4\n"),
        ("call.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"),
    ],
)
def test_a_file_that_names_an_address_makes_nobody_reach_for_it(tmp_path: Path, name: str, content: str) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.settimeout(0.2)
        path = tmp_path / name
        path.write_text(content.format(port=door.getsockname()[1]))
        with pytest.raises(CaptureError, match=name):
            VideoFileSource(path, FakeSink(), FakeClock())
        with pytest.raises(TimeoutError):
            door.accept()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no device files")
def test_a_device_is_no_file() -> None:
    with pytest.raises(CaptureError, match="device or a pipe, expected a file"):
        VideoFileSource(Path("/dev/zero"), FakeSink(), FakeClock())
