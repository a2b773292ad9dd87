from __future__ import annotations

from pathlib import Path

import pytest

from affectia.bake.bake_options import BakeOptions
from affectia.bake.track_id import track_id
from affectia.errors import CaptureError

pytestmark = pytest.mark.unit


def test_the_same_input_has_the_same_id_whatever_it_is_called(tmp_path: Path) -> None:
    one, other = tmp_path / "a.wav", tmp_path / "b.flac"
    for path in (one, other):
        path.write_bytes(b"sound")
    ids = {track_id(BakeOptions(), sound=path, timing=b"timing", makers=("1.0", "net")) for path in (one, other)}
    assert len(ids) == 1
    assert 0 <= ids.pop() < 1 << 32


def test_whatever_changes_the_track_changes_the_id(tmp_path: Path) -> None:
    sound, other = tmp_path / "a.wav", tmp_path / "b.wav"
    sound.write_bytes(b"sound")
    other.write_bytes(b"sounds")
    ids = [
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.0", "net")),
        track_id(BakeOptions(frame_rate_hz=30), sound=sound, timing=None, makers=("1.0", "net")),
        track_id(BakeOptions(), sound=other, timing=None, makers=("1.0", "net")),
        track_id(BakeOptions(), sound=None, timing=b"", makers=("1.0", "net")),
        track_id(BakeOptions(), sound=sound, timing=b"", makers=("1.0", "net")),
        track_id(BakeOptions(), sound=sound, timing=b"a", makers=("1.0", "net")),
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.1", "net")),
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.0", "")),
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.0net", "")),
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.0", "net"), emotions=b""),
        track_id(BakeOptions(), sound=sound, timing=None, makers=("1.0", "net"), emotions=b"a"),
        track_id(BakeOptions(), sound=sound, timing=b"a", makers=("1.0", "net"), emotions=b"a"),
    ]
    assert len(set(ids)) == len(ids)


def test_a_sound_that_cannot_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="sound file cannot be read .*a.wav"):
        track_id(BakeOptions(), sound=tmp_path / "a.wav", timing=None, makers=())
