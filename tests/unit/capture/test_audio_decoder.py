from __future__ import annotations

import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from affectia.capture.audio_decoder import AudioDecoder
from affectia.errors import CaptureError
from tests.unit.clips import write_clip
from tests.unit.sounds import click, middle_secs, tone, write_sound, write_video_with_sound

pytestmark = pytest.mark.unit


def decoded(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.concatenate(list(AudioDecoder(path).blocks()))


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
def test_every_kind_of_sample_comes_out_as_float(tmp_path: Path, codec: str) -> None:
    sound = np.stack([tone(300, rate_hz=22050, secs=0.2), tone(500, rate_hz=22050, secs=0.2)], axis=1)
    found = decoded(write_sound(tmp_path / "a.wav", sound, rate_hz=22050, codec=codec))
    assert found.dtype == np.float32
    assert found.shape == sound.shape
    assert np.abs(found - sound).max() < (0.02 if codec == "pcm_u8" else 1e-4)


@pytest.mark.parametrize("channels", range(1, 9))
def test_one_to_eight_channels(tmp_path: Path, channels: int) -> None:
    sound = np.stack([np.full(800, 0.1 * number, np.float32) for number in range(channels)], axis=1)
    decoder = AudioDecoder(write_sound(tmp_path / "a.wav", sound, rate_hz=16000, codec="pcm_f32le"))
    assert (decoder.channels, decoder.rate_hz, decoder.declared_secs, decoder.has_pictures) == (channels, 16000, 0.05, False)
    assert np.allclose(np.concatenate(list(decoder.blocks())), sound)


def test_eight_channels_that_lie_apart(tmp_path: Path) -> None:
    sound = np.stack([tone(300, rate_hz=48000, secs=0.2, level=0.1 * (number + 1)) for number in range(8)], axis=1)
    decoder = AudioDecoder(write_sound(tmp_path / "a.m4a", sound, rate_hz=48000, codec="aac", bit_rate=768_000))
    found = np.concatenate(list(decoder.blocks()))
    assert (decoder.channels, found.shape[1]) == (8, 8)
    levels = np.sort(np.abs(found[2000:6000]).max(axis=0))
    assert levels[-2:].tolist() == pytest.approx([0.7, 0.8], abs=0.05)


def test_it_may_be_read_again(tmp_path: Path) -> None:
    decoder = AudioDecoder(write_sound(tmp_path / "a.flac", tone(300, rate_hz=16000), rate_hz=16000, codec="flac"))
    assert sum(map(len, decoder.blocks())) == sum(map(len, decoder.blocks())) == 16000


@pytest.mark.parametrize(("begins_secs", "found_secs"), [(0.0, 0.3), (0.2, 0.5)])
def test_sound_of_a_video_begins_with_the_first_picture(tmp_path: Path, begins_secs: float, found_secs: float) -> None:
    path = write_video_with_sound(tmp_path / "a.mkv", click(0.3, rate_hz=16000), rate_hz=16000, pictures=30, sound_begins_secs=begins_secs)
    decoder = AudioDecoder(path)
    assert decoder.has_pictures
    assert middle_secs(np.concatenate(list(decoder.blocks()))[:, 0]) == pytest.approx(found_secs, abs=0.001)
    assert decoder.filled_count == 0
    assert decoder.pictures_nanos() == 1_200_000_000


def test_a_part_that_is_missing_is_silence(tmp_path: Path) -> None:
    sound = click(0.9, rate_hz=16000)
    whole = bytearray(write_sound(tmp_path / "whole.mka", sound, rate_hz=16000, codec="flac").read_bytes())
    frames = [place for place in range(len(whole)) if whole[place : place + 2] == b"\xff\xf8"]
    assert len(frames) > 4
    whole[frames[2] + 4 : frames[2] + 9] = b"\xaa" * 5  # a damaged header: the frame's checksum does not fit any more
    (tmp_path / "damaged.mka").write_bytes(whole)
    decoder = AudioDecoder(tmp_path / "damaged.mka")
    found = np.concatenate(list(decoder.blocks()))[:, 0]
    assert decoder.damaged_count + (decoder.filled_count > 0) > 0
    assert middle_secs(found) == pytest.approx(0.9, abs=0.002)


def test_numbers_that_are_none_are_counted(tmp_path: Path) -> None:
    sound = tone(300, rate_hz=16000, secs=0.1)
    path = write_sound(tmp_path / "a.wav", sound, rate_hz=16000, codec="pcm_f32le")
    data = bytearray(path.read_bytes())
    data[-4:] = np.array([np.nan], "<f4").tobytes()
    path.write_bytes(data)
    decoder = AudioDecoder(path)
    assert np.isfinite(np.concatenate(list(decoder.blocks()))).all()
    assert decoder.wrong_count == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.wav", b"", "sound file is empty"),
        ("garbage.wav", bytes(range(256)) * 40, "sound file cannot be read"),
        ("text.txt", b"hello, this is no sound\n" * 100, "sound file cannot be read"),
        ("head.wav", b"RIFF\x24\x08\x00\x00WAVE", ""),
        ("head.flac", b"fLaC", ""),
        ("head.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x21", ""),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaptureError, match=f"^{message}.*{name}$"):
        AudioDecoder(tmp_path / name)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"^sound file does not exist: .*none\.wav$"):
        AudioDecoder(tmp_path / "none.wav")
    with pytest.raises(CaptureError, match="sound file is a folder, expected a file"):
        AudioDecoder(tmp_path)
    with pytest.raises(CaptureError, match=r"^sound file cannot be read \(ValueError\)"):
        AudioDecoder(Path("zero\0byte"))


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"^file has no sound, expected an audio stream: .*a\.mp4$"):
        AudioDecoder(write_clip(tmp_path / "a.mp4"))


def test_rates_that_are_not_taken_are_told(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"^sound has a rate of 4000 Hz, expected 8000 to 192000: .*a\.wav$"):
        AudioDecoder(write_sound(tmp_path / "a.wav", tone(300, rate_hz=4000), rate_hz=4000))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no device files")
def test_a_device_is_no_file() -> None:
    with pytest.raises(CaptureError, match="device or a pipe, expected a file"):
        AudioDecoder(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.wav\n"),
        ("call.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n"),
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
            AudioDecoder(path)
        with pytest.raises(TimeoutError):
            door.accept()
