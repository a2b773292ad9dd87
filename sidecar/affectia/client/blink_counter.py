"""Blinks out of counters: what an emotion_update says of them survives the messages that a receiver misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affectia.registry import Group
from affectia.wire.emotion_update import EmotionUpdate

_U16: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Blinks:
    """How many blinks (both eyes) and winks there were; `last_millis` is how long the last one lasted, 65535 = that or more."""

    both: int = 0
    left_winks: int = 0
    right_winks: int = 0
    last_millis: int = 0

    def __bool__(self) -> bool:
        return bool(self.both or self.left_winks or self.right_winks)


class BlinkCounter:
    """Counts the blinks of one avatar from the first update on that it is given; protos/avatar_frame.md, section 6. One thread.

    for received in subscriber.updates():
        if new := counter.add(received.update):
            print(new.both, "blinks, the last one of", new.last_millis, "ms")
    """

    def __init__(self) -> None:
        self._stream_id: int | None = None
        self._met = (0, 0, 0)
        self.total = Blinks()

    def add(self, update: EmotionUpdate) -> Blinks:
        """Take in the next update; returns what has happened since the one before, which is mostly nothing.

        An update that does not tell of blinks (eyes not valid, key absent) changes nothing; the first one of a stream that does only
        sets where counting starts.
        """
        if update.blink_events is None or not update.is_valid(Group.EYES):
            return Blinks()
        both, left_winks, right_winks, last_millis = update.blink_events
        if update.stream_id != self._stream_id:
            self._stream_id, self._met = update.stream_id, (both, left_winks, right_winks)
        new = Blinks(
            (both - self._met[0]) % _U16,
            (left_winks - self._met[1]) % _U16,
            (right_winks - self._met[2]) % _U16,
            last_millis,
        )
        self._met = (both, left_winks, right_winks)
        if not new:
            return Blinks()
        total = self.total
        self.total = Blinks(total.both + new.both, total.left_winks + new.left_winks, total.right_winks + new.right_winks, last_millis)
        return new
