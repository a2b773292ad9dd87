"""`affectia inspect`: what one message of the wire says, and where it is wrong."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from affectia.cli.anatomy import KINDS, Anatomy, taken_apart
from affectia.cli.message_source import message_bytes, unwrapped
from affectia.cli.message_tables import tables, verdict
from affectia.errors import ConfigError, WireError
from affectia.registry import STATUS_TEXTS, DecodeStatus
from affectia.wire import cbor, json_twin, layout, topic, track_chunk
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import LayoutTable, standard_layouts
from affectia.wire.track_chunk import TrackChunk
from affectia.wire.track_file import read_track

_JSON_HELP: Final = (
    "The JSON twin; its timestamp_ms is null, for a message alone does not tell Unix time. For a bad message what is wrong with it."
)


def inspect(
    frame: Annotated[
        str, typer.Argument(metavar="FRAME", help="A file, - for standard input (of bytes, hex or base64), hex digits or base64.")
    ],
    *,
    kind: Annotated[
        str | None, typer.Option(help="avatar_frame, emotion_update, track_chunk or layout, for a body without a topic.")
    ] = None,
    announced: Annotated[list[Path] | None, typer.Option("--layout", help="A layout message that came before; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON_HELP)] = False,
) -> None:
    """Show what one message says, with or without its topic, byte by byte; ends with 1 for one that is not in order.

    A file of a whole track, as bake writes it, is shown too.
    """
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"kind is {kind!r}, expected {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    message = message_bytes(frame, sys.stdin.buffer)
    anatomy = taken_apart(message, known_layouts(announced or []), kind=kind)
    console = Console(highlight=False)
    if is_track(anatomy):
        show_track(anatomy.body, console, as_json=as_json)
        return
    if as_json:
        typer.echo(json.dumps(twin(anatomy), indent=2))
    else:
        for number, part in enumerate(tables(anatomy, width=console.width)):
            if number:
                console.print()
            console.print(part)
        console.print()
        console.print(verdict(anatomy))
    if anatomy.status is not DecodeStatus.OK:
        raise typer.Exit(1)


def is_track(anatomy: Anatomy) -> bool:
    """Whether a chunk is followed by what looks like another one, as in a file of a track."""
    fault = anatomy.fault
    return (
        anatomy.kind == "track_chunk"
        and fault is not None
        and fault.status is DecodeStatus.TRAILING_BYTES
        and anatomy.body[fault.offset] >> 5 == cbor.MAP
    )


def show_track(content: bytes, console: Console, *, as_json: bool) -> None:
    """Show a file of several chunks, the first of them in full; raises WireError where it is no whole track."""
    chunks = read_track(content)
    if as_json:
        typer.echo(json.dumps([json_twin.track_chunk_json(chunk, avatar_id="") for chunk in chunks], indent=2))
        return
    frames = sum(chunk.frame_count for chunk in chunks)
    until = chunks[-1].frame_sample(chunks[-1].frame_count)
    secs = float(until / chunks[0].sample_rate_hz)
    console.print(f"a whole track: {len(chunks)} chunks, {frames} frames, to {secs:.3f} s; all of it with --json, the first chunk is:\n")
    for part in tables(taken_apart(track_chunk.encode(chunks[0]), standard_layouts(), kind="track_chunk"), width=console.width):
        console.print(part)


def known_layouts(files: list[Path]) -> LayoutTable:
    """The layouts of the registry and those that were announced; raises WireError for a file that announces none."""
    known = standard_layouts()
    for path in files:
        try:
            message = unwrapped(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"layout cannot be read ({(error.strerror or type(error).__name__).lower()}): {path}") from None
        parts = topic.split(message) if message[:1].isalpha() else None
        status, found = layout.try_decode(message if parts is None else parts[2])
        if found is None:
            raise WireError(status, f"layout is {status.name.lower()} ({STATUS_TEXTS[status]}), expected a layout message: {path}")
        known.learn(found.layout)
    return known


def twin(anatomy: Anatomy) -> dict[str, Any]:
    """The JSON twin of a message; its timestamp is null, for only the sender knows how its clock and Unix time differ."""
    message, fault = anatomy.message, anatomy.fault
    if fault is not None:
        return {
            "type": anatomy.kind,
            "session_id": anatomy.avatar_id,
            "status": fault.status.name.lower(),
            "meaning": STATUS_TEXTS[fault.status],
            "offset": fault.offset,
            "found": fault.place,
        }
    if isinstance(message, AvatarFrame):
        return json_twin.avatar_frame_json(message, avatar_id=anatomy.avatar_id, epoch_offset_nanos=0) | {"timestamp_ms": None}
    if isinstance(message, EmotionUpdate):
        return json_twin.emotion_update_json(message, avatar_id=anatomy.avatar_id, epoch_offset_nanos=0) | {"timestamp_ms": None}
    if isinstance(message, TrackChunk):
        return json_twin.track_chunk_json(message, avatar_id=anatomy.avatar_id)
    assert message is not None
    payload: dict[str, Any] = {
        "layout_id": message.layout.layout_id,
        "layout_hash": message.layout.layout_hash.hex(),
        "parts": [list(part) for part in message.layout.parts],
    }
    optional = {"audio_rate_hz": message.audio_rate_hz, "look_ahead_millis": message.look_ahead_millis}
    payload |= {name: value for name, value in optional.items() if value is not None}
    return {"type": "layout", "session_id": anatomy.avatar_id, "stream_id": message.stream_id, "payload": payload}
