"""A message as a person reads it: its header, its groups, its values, its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from affectia import registry
from affectia.cli.anatomy import Anatomy
from affectia.clock import NANOS_PER_SEC
from affectia.registry import STATUS_TEXTS, DecodeStatus, Group, Source
from affectia.wire import rotation
from affectia.wire.avatar_frame import AvatarFrame
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import LayoutMessage
from affectia.wire.track_chunk import TrackChunk

Pair = tuple[str, str, bool]  # name, value, whether it may be used

_SOURCES: Final = {int(source): source.name.lower() for source in Source}
_LAYOUT_NAMES: Final = {row.layout_id: row.name for row in registry.LAYOUTS}
_GROUP_OF_SHAPE: Final = dict(zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True))
_GROUP_OF_BONE: Final = dict(zip(registry.BONES, registry.BONE_GROUPS, strict=True))
_PARTS: Final = {4: ("blendshapes", "bones", "visemes", "effects"), 2: ("emotions", "action units")}
_METHODS: Final = {0: "regressed", 1: "projected from the emotions"}
_DIM: Final = "dim"
_FRAMES_SHOWN: Final = 24  # of a track_chunk, one by one


def tables(anatomy: Anatomy, *, width: int) -> Iterator[RenderableType]:
    """Everything there is to say of a message, top to bottom, for a terminal of so many cells."""
    yield _facts(anatomy)
    message = anatomy.message
    if isinstance(message, AvatarFrame):
        yield from _groups(message.groups)
        yield from _frame_values(message, width)
    elif isinstance(message, EmotionUpdate):
        yield from _groups(message.groups)
        yield from _update_values(message, width)
    elif isinstance(message, TrackChunk):
        yield from _chunk_values(message, width)
    elif message is not None:
        yield from _layout_names(message, width)
    if anatomy.entries:
        yield _bytes(anatomy)


def verdict(anatomy: Anatomy) -> Text:
    """The status in one line; for a bad message where it is wrong and what stands there."""
    if anatomy.fault is None:
        return Text.assemble(("ok", "green"), f": {STATUS_TEXTS[DecodeStatus.OK]}")
    fault = anatomy.fault
    found = f" at byte {fault.offset} of the body: {STATUS_TEXTS[fault.status]} - {fault.place}"
    return Text.assemble((fault.status.name.lower(), "red"), found)


def _facts(anatomy: Anatomy) -> Table:
    topic = f"{anatomy.prefix.decode('ascii', 'replace')}{anatomy.avatar_id}" if anatomy.prefix else "none, the body alone"
    kind = f"{anatomy.kind} (guessed, there is no topic)" if anatomy.is_guessed else anatomy.kind
    rows = [("kind", kind), ("topic", topic), ("body", f"{len(anatomy.body)} bytes")]
    message = anatomy.message
    if isinstance(message, AvatarFrame | EmotionUpdate):
        rows += [
            ("stream_id", f"{message.stream_id}"),
            ("sequence", f"{message.sequence}"),
            ("time", f"{message.time_nanos / NANOS_PER_SEC:.6f} s on the sender's clock"),
            ("publish delay", f"{message.publish_delay_micros / 1000:.3f} ms"),
        ]
    elif isinstance(message, TrackChunk):
        rate_hz, start = message.sample_rate_hz, message.start_sample
        rows += [
            ("stream_id", f"{message.stream_id}"),
            ("sequence", f"{message.sequence}"),
            ("starts", f"at sample {start}, {start / rate_hz:.3f} s into the sound at {rate_hz} Hz"),
            ("frames", f"{message.frame_count}, {message.frame_rate_hz} a second"),
            ("the track", "ends after this chunk" if message.end else "goes on"),
            ("look-ahead", f"{message.look_ahead_millis} ms"),
            ("made from", "the energy of the sound alone (degraded)" if message.degraded else "the sound itself, or its timing"),
        ]
    elif message is not None:
        rows.append(("stream_id", f"{message.stream_id}"))
        if message.audio_rate_hz is not None:
            rows.append(("audio rate", f"{message.audio_rate_hz} Hz"))
        if message.look_ahead_millis is not None:
            rows.append(("look-ahead", f"delay the sound by {message.look_ahead_millis} ms"))
    if message is not None:
        layout = message.layout
        name = _LAYOUT_NAMES.get(layout.layout_id, "custom")
        rows.append(("layout", f"{layout.layout_id} {name}, {layout.layout_hash.hex()}, of {layout.message}"))
    table = Table.grid(padding=(0, 2))
    table.add_column(style=_DIM, no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(label, Text(value))
    return table


def _groups(raw: bytes | None) -> Iterator[RenderableType]:
    if raw is None:
        yield Text("groups: not sent, so all that is here is valid, sure and fresh", _DIM)
        return
    table = _table("group", "valid", "source", ">confidence", ">age", ">weight")
    for group, name in enumerate(registry.GROUPS):
        flags, confidence, age, weight = raw[4 * group : 4 * group + 4]
        valid = bool(flags & 1)
        source = _SOURCES.get(flags >> 1 & 7, f"source {flags >> 1 & 7}")
        millis = age * registry.UNIT_AGE_MILLIS_PER_TICK
        old = f"{millis} ms" if age < registry.WIRE_MAX_AGE_TICKS else f"{millis} ms or more"
        told = Text("yes", "green") if valid else Text("no", "yellow")
        table.add_row(name, told, source, f"{confidence / 255:.2f}", old, f"{weight / 255:.2f}", style="" if valid else _DIM)
    yield table


def _frame_values(frame: AvatarFrame, width: int) -> Iterator[RenderableType]:
    shapes, bones, visemes, effects = frame.layout.parts
    mouth, emotion = frame.is_valid(Group.MOUTH), frame.is_valid(Group.EMOTION)
    if frame.blendshapes is not None:
        bits = 8 * len(frame.blendshapes) // len(shapes)
        usable = [frame.is_valid(_GROUP_OF_SHAPE.get(name, Group.MOUTH)) for name in shapes]
        weights = frame.blendshape_weights().tolist()
        pairs = [(name, f"{w:.3f}", may) for name, w, may in zip(shapes, weights, usable, strict=True)]
        yield _titled(f"blendshapes ({bits} bits)", pairs, width)
    if frame.bones is not None:
        table = _table("bone", ">yaw", ">pitch", ">roll", ">x", ">y", ">z", ">w")
        turns = frame.bone_quaternions()
        for name, turn, quaternion in zip(bones, rotation.to_euler_deg(turns).tolist(), turns.tolist(), strict=True):
            style = "" if frame.is_valid(_GROUP_OF_BONE.get(name, Group.BODY)) else _DIM
            table.add_row(name, *(f"{angle:+.2f}" for angle in turn), *(f"{part:+.4f}" for part in quaternion), style=style)
        yield Text("bones (degrees, and x y z w)", "bold")
        yield table
    if frame.head_translation is not None:
        head = frame.is_valid(Group.HEAD)
        pairs = [(axis, f"{cm:+.2f} cm", head) for axis, cm in zip("xyz", frame.head_translation_cm().tolist(), strict=True)]
        yield _titled("head translation", pairs, width)
    if frame.visemes is not None:
        pairs = [(name, f"{w:.3f}", mouth) for name, w in zip(visemes, frame.viseme_weights().tolist(), strict=True)]
        dominant = ""
        if frame.dominant_viseme is not None:
            index, confidence = frame.dominant_viseme
            dominant = f" (dominant {visemes[index]}, confidence {confidence / 255:.2f})"
        yield _titled("visemes" + dominant, pairs, width)
    if frame.effects is not None:
        pairs = [(name, f"{w:.3f}", emotion) for name, w in zip(effects, frame.effect_weights().tolist(), strict=True)]
        yield _titled("effects", pairs, width)
    if frame.audio_sample is not None:
        yield Text(f"audio sample {frame.audio_sample}")


def _update_values(update: EmotionUpdate, width: int) -> Iterator[RenderableType]:
    emotion, eyes = update.is_valid(Group.EMOTION), update.is_valid(Group.EYES)
    if scores := update.emotion_scores():
        held = f", {update.label()} is held" if update.emotion_label is not None else ""
        yield _titled(f"emotions (supported ones{held})", [(name, f"{score:.3f}", emotion) for name, score in scores.items()], width)
    if update.affect is not None:
        method = "" if update.affect_method is None else f" ({_METHODS.get(update.affect_method, f'method {update.affect_method}')})"
        names = ("valence", "arousal", "dominance")
        pairs = [(name, f"{n / registry.UNIT_AFFECT_I8:+.3f}", emotion) for name, n in zip(names, update.affect, strict=True)]
        yield _titled("affect" + method, pairs, width)
    if update.emotion_shares is not None:
        pairs = [(name, f"{share:.3f}", emotion) for name, share in zip(("face", "voice"), update.shares().tolist(), strict=True)]
        yield _titled("emotion read off", pairs, width)
    if update.action_units is not None and update.action_unit_support is not None:
        pairs = [
            (name, f"{update.action_units[place] / registry.UNIT_WEIGHT_U8:.3f}", update.is_valid(registry.ACTION_UNIT_GROUPS[place]))
            for place, name in enumerate(registry.ACTION_UNITS)
            if update.action_unit_support >> place & 1
        ]
        yield _titled("action units (measured ones)", pairs, width)
    pairs = [
        (name, f"{angle:+.2f} deg", update.is_valid(Group.HEAD))
        for name, angle in zip(("head yaw", "head pitch", "head roll"), update.head_pose_deg().tolist(), strict=False)
    ]
    pairs += [(f"gaze {axis}", f"{tangent:+.4f}", eyes) for axis, tangent in zip("xy", update.gaze_tangents().tolist(), strict=False)]
    pairs += [(f"{side} lid", f"{shut:.3f}", eyes) for side, shut in zip(("left", "right"), update.blink_closures().tolist(), strict=False)]
    if update.speaking_probability is not None:
        pairs.append(("speaking", f"{update.speaking_probability / registry.UNIT_WEIGHT_U8:.3f}", True))
    if update.blink_events is not None:
        counted = zip(("blinks", "left winks", "right winks", "last one, ms"), update.blink_events, strict=True)
        pairs += [(name, str(count), eyes) for name, count in counted]
    if pairs:
        yield _titled("head, gaze, lids, voice", pairs, width)
    if prosody := update.prosody_values():
        yield _titled("prosody", [(name, "not known" if n is None else f"{n:.2f}", True) for name, n in prosody.items()], width)
    if update.voice_events is not None:
        yield Text(f"heard beside words: {', '.join(update.heard()) or 'nothing of what is told apart'}")


def _chunk_values(chunk: TrackChunk, width: int) -> Iterator[RenderableType]:
    if not chunk.frame_count:
        return
    weights = (chunk.blendshape_weights(), chunk.viseme_weights())
    for title, names, values in zip(("blendshapes", "visemes"), chunk.layout.parts, weights, strict=True):
        pairs = [(name, f"{w:.3f}", True) for name, w in zip(names, values.max(axis=0).tolist(), strict=True)]
        yield _titled(f"{title} (the largest of all frames)", pairs, width)
    shapes, visemes = chunk.layout.parts
    table = _table(">frame", ">sample", "strongest viseme", ">weight", "strongest shape", ">weight")
    for frame, (row, heard) in enumerate(zip(weights[0][:_FRAMES_SHOWN], weights[1], strict=False)):
        sample = f"{float(chunk.frame_sample(frame)):.1f}"
        table.add_row(str(frame), sample, visemes[heard.argmax()], f"{heard.max():.2f}", shapes[row.argmax()], f"{row.max():.2f}")
    yield table
    if chunk.frame_count > _FRAMES_SHOWN:
        yield Text(f"{chunk.frame_count - _FRAMES_SHOWN} more frames, all of them with --json", _DIM)


def _layout_names(message: LayoutMessage, width: int) -> Iterator[RenderableType]:
    layout = message.layout
    for part, names in zip(_PARTS[len(layout.parts)], layout.parts, strict=True):
        yield _titled(f"{part}: {len(names)}", [(name, str(place), True) for place, name in enumerate(names)], width)


def _bytes(anatomy: Anatomy) -> Table:
    table = _table(">byte", ">bytes", ">key", "name", "what stands there", title="bytes of the body")
    for entry in anatomy.entries:
        table.add_row(
            str(entry.offset),
            str(entry.size),
            str(entry.key),
            Text(entry.name) if entry.name else Text("unknown, skipped", "yellow"),
            entry.type,
            style="red" if anatomy.fault and entry.offset <= anatomy.fault.offset < entry.offset + entry.size else "",
        )
    return table


def _titled(title: str, pairs: Sequence[Pair], width: int) -> Table:
    """Names and values in as many columns as fit, read downwards; what may not be used is dim, and so is a value of 0."""
    name_cells = max((len(name) for name, _value, _usable in pairs), default=0)
    value_cells = max((len(value) for _name, value, _usable in pairs), default=0)
    columns = max(1, min(6, (width - 1) // (name_cells + value_cells + 4), len(pairs)))
    rows = -(-len(pairs) // columns)
    usable = {each for _name, _value, each in pairs}
    note = "" if False not in usable else "   dim: not valid, not to be used" if True in usable else "   not valid, not to be used"
    table = Table.grid(padding=(0, 1))
    table.title, table.title_justify = Text.assemble((title, "bold"), (note, "yellow")), "left"
    table.title_style = "not italic"
    for _ in range(columns):
        table.add_column(no_wrap=True, width=name_cells)
        table.add_column(no_wrap=True, justify="right", width=value_cells + 1)
        table.add_column(width=1)
    for row in zip_longest(*(pairs[start : start + rows] for start in range(0, len(pairs), rows))):
        table.add_row(*(cell for pair in row for cell in _cells(pair)))
    return table


def _cells(pair: Pair | None) -> Iterable[Text]:
    if pair is None:
        return (Text(), Text(), Text())
    name, value, usable = pair
    is_zero = not value.strip("+-0. cmdeg")
    style = _DIM if not usable or is_zero else ""
    return (Text(name, style), Text(value, style if style else "bold"), Text())


def _table(*headings: str, title: str = "") -> Table:
    """A table whose headings with `>` stand right."""
    table = Table(box=box.SIMPLE_HEAD, header_style=_DIM, pad_edge=False, show_edge=False)
    if title:
        table.title, table.title_justify, table.title_style = Text(title, "bold"), "left", "not italic"
    for heading in headings:
        table.add_column(heading.lstrip(">"), justify="right" if heading.startswith(">") else "left")
    return table
