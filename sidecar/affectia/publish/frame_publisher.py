"""Frames out of weights: numbered per avatar, encoded, handed to a transport."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, Clock
from affectia.publish.affect_batch import AffectBatch
from affectia.publish.frame_batch import FrameBatch
from affectia.signals.avatar_state import AvatarState
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.groups import GroupStates
from affectia.signals.known_people import KnownPeople
from affectia.signals.retargeted import Retargeted
from affectia.wire import emotion_update, layout, topic
from affectia.wire.emotion_update import EmotionUpdate
from affectia.wire.layout import STANDARD, Layout, LayoutMessage

_U32 = (1 << 32) - 1
_U16 = (1 << 16) - 1


class Transport(Protocol):
    """Takes whole messages on the motion thread and never waits."""

    def send(self, topic: bytes, body: bytes) -> None:
        """Send one message, or drop it."""
        ...

    def wants(self, topic: bytes) -> bool:
        """Whether anybody listens to a topic; messages that nobody wants need not be made."""
        ...

    def forget(self, topic: bytes) -> None:
        """No message of this topic will be sent any more."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceFormat:
    """What who plays an avatar's voice must know: the rate that samples are counted in, and how late the mouth is."""

    rate_hz: int
    look_ahead_nanos: int


@dataclass(slots=True)
class Stream:
    """What stays the same, and what counts up, from the start of an avatar to its end."""

    avatar_id: str
    stream_id: int
    avatar_topic: bytes
    affect_topic: bytes
    sequence: int = 0
    voice: VoiceFormat | None = None
    layout: Layout = STANDARD


class FramePublisher:
    """Numbers, encodes and sends the frames of every slot; one thread."""

    def __init__(self, slots: int, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._streams: list[Stream | None] = [None] * slots
        self._batch = FrameBatch()
        self._batches: dict[tuple[int, int], FrameBatch] = {}  # of other profiles: by place in a tick and layout id
        self._wide = np.zeros(slots, np.bool_)
        self.frames_published = 0

    def open(self, slot: int, avatar_id: str, *, precision_bits: int) -> Stream:
        """Start an avatar's stream in a slot, with a new random stream id."""
        stream = Stream(avatar_id, secrets.randbits(32), topic.avatar(avatar_id), topic.affect(avatar_id))
        self._streams[slot] = stream
        self.set_precision(slot, precision_bits)
        return stream

    def set_precision(self, slot: int, precision_bits: int) -> None:
        """8 or 16 bit for the weights of a slot, from the next frame on."""
        self._wide[slot] = precision_bits == 16

    def close(self, slot: int) -> None:
        """End a slot's stream."""
        stream = self._streams[slot]
        if stream is not None:
            self._transport.forget(stream.avatar_topic)
            self._transport.forget(stream.affect_topic)
        self._streams[slot] = None

    def set_voice(self, slot: int, voice: VoiceFormat | None) -> None:
        """What is announced of the voice in a slot; a change is announced at once."""
        stream = self._streams[slot]
        if stream is not None and stream.voice != voice:
            stream.voice = voice
            self._announce(stream)

    def set_layout(self, slot: int, layout: Layout) -> None:
        """What the frames of a slot look like from the next one on; a change is announced at once, ahead of them.

        Layouts of one's own have different ids, and the standard layout's bones, visemes and effects.
        """
        stream = self._streams[slot]
        if stream is not None and stream.layout != layout:
            stream.layout = layout
            self._announce(stream)

    def announce_layouts(self) -> None:
        """Send the layout of every avatar on its layout topic."""
        for stream in self._streams:
            if stream is not None:
                self._announce(stream)

    def publish(
        self,
        slots: NDArray[np.intp],
        times_nanos: NDArray[np.int64],
        state: AvatarState,
        weights: AvatarWeights,
        retargeted: Sequence[Retargeted] = (),
        known: KnownPeople | None = None,
    ) -> None:
        """Send one avatar_frame and one emotion_update for each slot, as far as somebody listens.

        `retargeted` are those whose frames have another profile, in the layouts that `set_layout` said; all others have the standard one.
        """
        wide = self._wide[slots]
        batch, place = self._batch, -1
        places: list[tuple[FrameBatch, int]] | None = None
        if not retargeted:
            batch.fill(weights.channels, weights.groups, wide)
        elif retargeted[0].rows.size == slots.size:  # all of them have one profile
            batch = self._batch_of(0, slots)
            batch.fill(retargeted[0].channels, weights.groups, wide)
        else:
            places = self._filled(slots, weights, wide, retargeted)
        affect: AffectBatch | None = None
        # An avatar without a voice is not among them, nor is one whose mouth is the face's.
        samples = {} if state.voices is None else dict(zip(state.voices.rows.tolist(), state.voices.audio_samples.tolist(), strict=True))
        wants, send, now_nanos = self._transport.wants, self._transport.send, self._clock.now_nanos
        for row, (slot, time_nanos) in enumerate(zip(slots.tolist(), times_nanos.tolist(), strict=True)):
            stream = self._streams[slot]
            if stream is None:
                continue
            batch, place = (batch, row) if places is None else places[row]
            delay_micros = min(max(0, now_nanos() - time_nanos) // 1000, _U32)
            if wants(stream.avatar_topic):
                sample = samples.get(row, -1)
                body = batch.body(place, stream.stream_id, stream.sequence, time_nanos, delay_micros, None if sample < 0 else sample)
                send(stream.avatar_topic, body)
            if wants(stream.affect_topic):
                affect = affect or AffectBatch(state, weights, known)
                update = EmotionUpdate(stream.stream_id, stream.sequence, time_nanos, delay_micros, groups=batch.groups(place))
                affect.fill(update, row)
                send(stream.affect_topic, emotion_update.encode(update))
            stream.sequence = stream.sequence + 1 & _U32
            self.frames_published += 1

    def _filled(
        self, slots: NDArray[np.intp], weights: AvatarWeights, wide: NDArray[np.bool_], retargeted: Sequence[Retargeted]
    ) -> list[tuple[FrameBatch, int]]:
        """The batch of each avatar and its place there."""
        places: list[tuple[FrameBatch, int]] = [(self._batch, -1)] * slots.size
        standard = np.ones(slots.size, np.bool_)
        parts: list[tuple[FrameBatch, NDArray[np.intp], NDArray[np.float32]]] = []
        for number, part in enumerate(retargeted):
            standard[part.rows] = False
            parts.append((self._batch_of(number, slots[part.rows]), part.rows, part.channels))
        if (rows := np.flatnonzero(standard)).size:
            parts.append((self._batch, rows, weights.channels[rows]))
        groups = weights.groups
        for batch, rows, channels in parts:
            batch.fill(channels, GroupStates(groups.valid[rows], groups.source[rows], groups.levels[rows]), wide[rows])
            for place, row in enumerate(rows.tolist()):
                places[row] = (batch, place)
        return places

    def _batch_of(self, number: int, slots: NDArray[np.intp]) -> FrameBatch:
        """The batch of the layout that avatars of one profile have; a slot that is closed has none."""
        layout = next((stream.layout for slot in slots.tolist() if (stream := self._streams[slot]) is not None), STANDARD)
        key = (number, layout.layout_id)
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = FrameBatch(layout)
        return batch

    def _announce(self, stream: Stream) -> None:
        message = LayoutMessage(stream.stream_id, stream.layout)
        if stream.voice is not None:
            message = replace(
                message,
                audio_rate_hz=stream.voice.rate_hz,
                look_ahead_millis=min(round(stream.voice.look_ahead_nanos / NANOS_PER_MILLI), _U16),
            )
        self._transport.send(topic.layout(stream.avatar_id), layout.encode(message))
