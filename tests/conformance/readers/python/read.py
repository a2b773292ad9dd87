"""The Python reader of the conformance vectors: one message in, one line of JSON out.

    read.py MESSAGE FILE [AFTER...]     MESSAGE: avatar_frame, emotion_update, track_chunk or layout
    read.py --batch                     the same, one line each on standard input, fields separated by tabs

AFTER are files of layout messages that the reader has seen before. The line is {"status": ..., "decoded": ...}: decoded is null unless
the status is ok. Values are the integers of the wire, 64-bit ones as strings. Every language has such a program with these arguments.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from affectia.registry import DecodeStatus
from affectia.wire import avatar_frame, emotion_update, layout, track_chunk
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import LayoutMessage, LayoutTable
from affectia.wire.track_chunk import TrackChunk

Message = AvatarFrame | EmotionUpdate | LayoutMessage | TrackChunk


def main(arguments: Sequence[str]) -> int:
    """Prints one line per message; 2 when the arguments are wrong."""
    if list(arguments) == ["--batch"]:
        for line in sys.stdin:
            message, file, *after = line.rstrip("\n").split("\t")
            print(_line(message, file, after), flush=True)
        return 0
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    message, file, *after = arguments
    print(_line(message, file, after))
    return 0


def _line(message: str, file: str, after: Sequence[str]) -> str:
    status, found = read(message, Path(file).read_bytes(), after=[Path(each).read_bytes() for each in after])
    return json.dumps({"status": status.name.lower(), "decoded": None if found is None else in_vector_form(found)})


def read(message: str, body: bytes, *, after: Sequence[bytes] = ()) -> tuple[DecodeStatus, Message | None]:
    """The status and the message, by a reader that has seen the layout messages `after`; raises ValueError for an unknown kind."""
    return read_with(message, body, layouts_after(after))


def read_with(message: str, body: bytes, layouts: LayoutTable) -> tuple[DecodeStatus, Message | None]:
    """The same by a reader that knows `layouts`."""
    if message == "layout":
        return layout.try_decode(body)
    if message == "avatar_frame":
        return avatar_frame.try_decode(body, layouts)
    if message == "emotion_update":
        return emotion_update.try_decode(body, layouts)
    if message == "track_chunk":
        return track_chunk.try_decode(body, layouts)
    raise ValueError(f"message is {message}, expected avatar_frame, emotion_update, track_chunk or layout")


def layouts_after(announcements: Sequence[bytes]) -> LayoutTable:
    """A new table of the standard layouts and of those that were announced; raises ValueError for a bad announcement."""
    layouts = layout.standard_layouts()
    for announcement in announcements:
        status, announced = layout.try_decode(announcement)
        if announced is None:
            raise ValueError(f"layout message is {status.name.lower()}, expected ok")
        layouts.learn(announced.layout)
    return layouts


def write(message: Message) -> bytes:
    """The bytes that the project's encoder makes of a message."""
    if isinstance(message, AvatarFrame):
        return avatar_frame.encode(message)
    if isinstance(message, EmotionUpdate):
        return emotion_update.encode(message)
    if isinstance(message, TrackChunk):
        return track_chunk.encode(message)
    return layout.encode(message)


def in_vector_form(message: Message) -> dict[str, Any]:
    """The message as the .json of a vector shows it."""
    if isinstance(message, LayoutMessage):
        return {
            "stream_id": message.stream_id,
            "layout_id": message.layout.layout_id,
            "layout_hash": message.layout.layout_hash.hex(),
            "parts": [list(part) for part in message.layout.parts],
            "audio_rate_hz": message.audio_rate_hz,
            "look_ahead_millis": message.look_ahead_millis,
            "message": message.layout.message,
        }
    if isinstance(message, TrackChunk):
        return {
            "stream_id": message.stream_id,
            "sequence": message.sequence,
            "layout_id": message.layout.layout_id,
            "layout_hash": message.layout.layout_hash.hex(),
            "start_sample": str(message.start_sample),
            "sample_rate_hz": message.sample_rate_hz,
            "frame_rate_hz": message.frame_rate_hz,
            "frame_count": message.frame_count,
            "blendshapes": _rows(_bytes(message.blendshapes), message.layout.count(0)),
            "visemes": _rows(_bytes(message.visemes), message.layout.count(1)),
            "end": int(message.end),
            "look_ahead_millis": message.look_ahead_millis,
            "degraded": int(message.degraded),
        }
    header = {
        "stream_id": message.stream_id,
        "sequence": message.sequence,
        "time_nanos": str(message.time_nanos),
        "publish_delay_micros": message.publish_delay_micros,
        "layout_id": message.layout.layout_id,
        "layout_hash": message.layout.layout_hash.hex(),
        "groups": _rows(_bytes(message.groups), 4),
    }
    if isinstance(message, EmotionUpdate):
        return header | {
            "emotion_support": message.emotion_support,
            "emotions": _bytes(message.emotions),
            "affect": None if message.affect is None else list(message.affect),
            "affect_method": message.affect_method,
            "action_unit_support": message.action_unit_support,
            "action_units": _bytes(message.action_units),
            "head_pose": _int16(message.head_pose),
            "gaze": _int16(message.gaze),
            "blink": _bytes(message.blink),
            "speaking_probability": message.speaking_probability,
            "blink_events": None if message.blink_events is None else list(message.blink_events),
            "emotion_shares": _bytes(message.emotion_shares),
            "emotion_label": message.emotion_label,
            "prosody": None if message.prosody is None else list(message.prosody),
            "voice_events": message.voice_events,
        }
    return header | {
        "blendshapes": _weights(message.blendshapes, message.layout.count(0)),
        "bones": _rows(_int16(message.bones), 4),
        "head_translation": _int16(message.head_translation),
        "visemes": _weights(message.visemes, message.layout.count(2)),
        "dominant_viseme": _bytes(message.dominant_viseme),
        "effects": _bytes(message.effects),
        "audio_sample": None if message.audio_sample is None else str(message.audio_sample),
    }


def _bytes(raw: bytes | None) -> list[int] | None:
    return None if raw is None else list(raw)


def _int16(raw: bytes | None) -> list[int] | None:
    return None if raw is None else list(struct.unpack(f"<{len(raw) // 2}h", raw))


def _rows(values: list[int] | None, width: int) -> list[list[int]] | None:
    return None if values is None else [values[start : start + width] for start in range(0, len(values), width)]


def _weights(raw: bytes | None, count: int) -> dict[str, Any] | None:
    if raw is None:
        return None
    if len(raw) == count:
        return {"bits": 8, "values": list(raw)}
    return {"bits": 16, "values": list(struct.unpack(f"<{len(raw) // 2}H", raw))}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
