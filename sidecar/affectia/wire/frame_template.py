"""Many avatar frames encoded at once: everything behind the header has a fixed place, so it is filled in as a matrix."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.registry import AvatarKey, CommonKey
from affectia.wire import cbor, fields
from affectia.wire.avatar_frame import GROUP_BYTES
from affectia.wire.layout import Layout

_HEADER_KEYS: Final = 7
_AUDIO_SAMPLE: Final = cbor.write_int(AvatarKey.AUDIO_SAMPLE)


class FrameTemplate:
    """Encodes frames that carry every part of a layout, groups too, byte for byte as `avatar_frame.encode` does.

    `weight_bytes` is 1 for 8-bit and 2 for 16-bit weights. One thread.
    """

    def __init__(self, layout: Layout, weight_bytes: int) -> None:
        shapes, bones, visemes, effects = (layout.count(part) for part in range(4))
        weight_tag = registry.TAG_U8 if weight_bytes == 1 else registry.TAG_U16_LE
        parts = (
            (CommonKey.GROUPS, 0, GROUP_BYTES),
            (AvatarKey.BLENDSHAPES, weight_tag, shapes * weight_bytes),
            (AvatarKey.BONES, registry.TAG_I16_LE, 8 * bones),
            (AvatarKey.HEAD_TRANSLATION, registry.TAG_I16_LE, 6),
            (AvatarKey.VISEMES, weight_tag, visemes * weight_bytes),
            (AvatarKey.DOMINANT_VISEME, 0, 2),
            (AvatarKey.EFFECTS, registry.TAG_U8, effects),
        )
        row = b""
        self._places: list[slice] = []
        for key, tag, length in parts:
            row += fields.array_head(key, tag, length)
            self._places.append(slice(len(row), len(row) + length))
            row += bytes(length)
        self._row = np.frombuffer(row, np.uint8)
        self._start = cbor.write_head(cbor.MAP, _HEADER_KEYS + len(parts))
        self._start_with_audio = cbor.write_head(cbor.MAP, _HEADER_KEYS + len(parts) + 1)
        self._layout = fields.layout_fields(layout.layout_id, layout.layout_hash)

    @property
    def row_bytes(self) -> int:
        """How long one avatar's row in `tails` is."""
        return self._row.size

    def tails(self, *payloads: NDArray[np.uint8]) -> bytes:
        """Everything behind the headers of n frames, row after row.

        The payloads are (n, bytes) each: groups, blendshapes, bones, head translation, visemes, dominant viseme, effects.
        """
        rows = np.empty((payloads[0].shape[0], self._row.size), np.uint8)
        rows[:] = self._row
        for place, payload in zip(self._places, payloads, strict=True):
            rows[:, place] = payload
        return rows.tobytes()

    def body(
        self,
        stream_id: int,
        sequence: int,
        time_nanos: int,
        publish_delay_micros: int,
        tail: bytes,
        audio_sample: int | None = None,
    ) -> bytes:
        """One frame's body out of its header and its tail; `audio_sample` (u64) where a voice drives the mouth."""
        header = fields.header(stream_id, sequence, time_nanos, publish_delay_micros)
        if audio_sample is None:
            return b"".join((self._start, header, self._layout, tail))
        return b"".join((self._start_with_audio, header, self._layout, tail, _AUDIO_SAMPLE, cbor.write_int(audio_sample)))
