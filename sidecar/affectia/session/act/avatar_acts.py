"""Asks avatars to act: each call finds the avatar, and happens on the motion thread between two ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.clock import Clock
from affectia.errors import not_one_of
from affectia.pipeline import Pipeline
from affectia.registry import Group
from affectia.rig.channel_routing import OWN
from affectia.rig.emotion.preferred_emotion import PreferredEmotion
from affectia.rig.layer_weights import LAYERS
from affectia.session.act.layer_request import LayerRequest
from affectia.session.act.look_request import LookRequest
from affectia.session.act.number import checked_number
from affectia.session.act.override_request import FADE_SECS, OverrideRequest
from affectia.session.motion_thread import MotionThread
from affectia.session.session_manager import SessionManager

STRONGEST: Final = 2.0
SLOWEST: Final = 0.25
FASTEST: Final = 4.0
NOBODY: Final = "none"  # whose a group is that an engine fills

Result = TypeVar("Result")


class EmotionAggregate(NamedTuple):
    """Three emotions of (8,) in registry order: what is inferred and what is preferred, None where it is not known or not set; what is
    shown.
    """

    inferred: NDArray[np.float32] | None
    preferred: NDArray[np.float32] | None
    shown: NDArray[np.float32]


@dataclass(frozen=True)
class AvatarActs:
    """Any thread; a call waits for the motion thread, a tick at most.

    Each raises SessionError for an avatar that no open session has, ConfigError for a name that there is not, and TimeoutError where the
    motion thread does not answer. What is asked for holds from the avatar's next frame on.
    """

    sessions: SessionManager
    pipeline: Pipeline
    motion: MotionThread
    clock: Clock

    def prefer_emotion(self, avatar_id: str, wish: PreferredEmotion) -> EmotionAggregate:
        """Have an avatar show an emotion, along a line where the wish has one, which begins now."""

        def act(slot: int) -> EmotionAggregate:
            overlay = self.pipeline.acting.overlay
            overlay.prefer(slot, wish, self._instant(slot))
            return EmotionAggregate(*overlay.aggregate(slot))

        return self._on(avatar_id, act)

    def clear_emotion(self, avatar_id: str) -> EmotionAggregate:
        """Have an avatar show what is inferred again."""

        def act(slot: int) -> EmotionAggregate:
            overlay = self.pipeline.acting.overlay
            overlay.clear(slot, self._instant(slot))
            return EmotionAggregate(*overlay.aggregate(slot))

        return self._on(avatar_id, act)

    def override(self, avatar_id: str, request: OverrideRequest) -> tuple[str, ...]:
        """Set, add to or let go of channels; the names of all that are in force then."""

        def act(slot: int) -> tuple[str, ...]:
            overrides, now_nanos = self.pipeline.acting.overrides, self._instant(slot)
            if request.release:
                overrides.release(slot, request.channels(), now_nanos=now_nanos, fade_secs=request.fade_secs)
            else:
                fade_secs = FADE_SECS if request.fade_secs is None else request.fade_secs
                overrides.apply(slot, entries, adds=request.adds, hold=request.hold, fade_secs=fade_secs, now_nanos=now_nanos)
            return overrides.names(slot, now_nanos)

        entries = () if request.release else request.entries()
        return self._on(avatar_id, act)

    def trigger(self, avatar_id: str, gesture: str, *, strength: float = 1.0, speed: float = 1.0) -> float:
        """Play a gesture once; how many seconds it takes. `strength` 0..2, `speed` 0.25..4."""
        checked_number("strength", strength, 0, STRONGEST)
        checked_number("speed", speed, SLOWEST, FASTEST)

        def act(slot: int) -> float:
            gestures = self.pipeline.acting.gestures
            if gesture not in gestures.names:
                raise not_one_of("gesture", gesture, tuple(gestures.names))
            return gestures.trigger(slot, gesture, strength=strength, speed=speed, now_nanos=self._instant(slot))

        return self._on(avatar_id, act)

    def look(self, avatar_id: str, request: LookRequest) -> None:
        """Direct an avatar's gaze, and its head after it."""

        def act(slot: int) -> None:
            self.pipeline.acting.look.look(
                slot,
                yaw_deg=request.yaw_deg,
                pitch_deg=request.pitch_deg,
                weight=request.weight,
                head_share=request.head_share,
                hold=request.hold,
                now_nanos=self._instant(slot),
            )

        self._on(avatar_id, act)

    def look_freely(self, avatar_id: str) -> None:
        """Let an avatar's gaze go."""
        self._on(avatar_id, lambda slot: self.pipeline.acting.look.release(slot, now_nanos=self._instant(slot)))

    def weigh_layers(self, avatar_id: str, requests: Iterable[LayerRequest]) -> tuple[LayerRequest, ...]:
        """Change how much layers count; all of them as they will be, and how long that takes from now."""
        wanted = tuple({request.place: request for request in requests}.values())  # the last of each layer; a caller may send many

        def act(slot: int) -> tuple[LayerRequest, ...]:
            layers, now_nanos = self.pipeline.acting.layers, self._instant(slot)
            for request in wanted:
                layers.set(slot, request.place, request.weight, request.fade_secs, now_nanos)
            goals = layers.goals(slot, now_nanos)
            return tuple(LayerRequest(name, *goal) for name, goal in zip(LAYERS, goals, strict=True))

        return self._on(avatar_id, act)

    def route(self, avatar_id: str, group: str, from_avatar_id: str) -> dict[str, str]:
        """Take a group of an avatar from another one, from NOBODY (at rest, an engine fills it), or back where the other's id is empty.

        Of all groups that are not its own then: whose they are.
        """
        if group not in registry.GROUPS:
            raise not_one_of("group", group, registry.GROUPS)

        def act(slot: int) -> dict[str, str]:
            routing = self.pipeline.routing
            source = OWN if not from_avatar_id else None if from_avatar_id == NOBODY else self.sessions.slot_of(from_avatar_id)
            routing.set(slot, Group(registry.GROUPS.index(group)), source)
            owners = {other: name for session in self.sessions.all() for name, other in session.slot_by_avatar.items()}
            return {
                registry.GROUPS[taken]: NOBODY if other is None else owners.get(other, NOBODY)
                for taken, other in routing.routes(slot).items()
            }

        return self._on(avatar_id, act)

    def _instant(self, slot: int) -> int:
        return self.pipeline.instant_of(slot, self.clock.now_nanos())

    def _on(self, avatar_id: str, act: Callable[[int], Result]) -> Result:
        self.sessions.slot_of(avatar_id)  # an avatar that there is not need not wait for anybody
        results: list[Result] = []
        # Looked for again there: slots are taken back on the motion thread, so that none is another avatar's meanwhile.
        self.motion.call(lambda: results.append(act(self.sessions.slot_of(avatar_id))))
        return results[0]
