"""What avatars are asked to act, as calls: requests into the values of a session, and answers back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia import registry
from affectia.errors import ConfigError
from affectia.rig.emotion.emotion_line import EmotionTimeCode, emotion_weights
from affectia.rig.emotion.preferred_emotion import PreferredEmotion, preferred_emotion
from affectia.session.act.avatar_acts import AvatarActs, EmotionAggregate
from affectia.session.act.layer_request import LayerRequest
from affectia.session.act.look_request import HEAD_SHARE, LookRequest, direction_deg
from affectia.session.act.override_request import OverrideRequest, OverrideTurn, OverrideValue
from affectia.v1 import act_pb2

_MODES: Final = {act_pb2.OVERRIDE_MODE_UNSPECIFIED: False, act_pb2.OVERRIDE_MODE_SET: False, act_pb2.OVERRIDE_MODE_ADD: True}


class ActCalls:
    """Serves them; each waits for the motion thread, so none belongs on the event loop. Raises what `AvatarActs` does, and ConfigError for
    requests that mean nothing.
    """

    def __init__(self, acts: AvatarActs) -> None:
        self._acts = acts

    def set_emotion(self, request: act_pb2.SetEmotionRequest) -> act_pb2.EmotionAggregate:
        """Set the emotion that is shown, alone or along a line."""
        return _aggregate(request.avatar_id, self._acts.prefer_emotion(request.avatar_id, preferred(request)))

    def clear_emotion(self, request: act_pb2.ClearEmotionRequest) -> act_pb2.EmotionAggregate:
        """Back to what is inferred."""
        return _aggregate(request.avatar_id, self._acts.clear_emotion(request.avatar_id))

    def override(self, request: act_pb2.OverrideRequest) -> act_pb2.OverrideResponse:
        """Set, add to or let go of shapes, visemes, effects and bones."""
        return act_pb2.OverrideResponse(names=self._acts.override(request.avatar_id, overridden(request)))

    def trigger(self, request: act_pb2.TriggerRequest) -> act_pb2.TriggerResponse:
        """Play a gesture once."""
        strength = _given(request, "strength", request.strength, 1.0)
        speed = _given(request, "speed", request.speed, 1.0)
        lasts_secs = self._acts.trigger(request.avatar_id, request.gesture, strength=strength, speed=speed)
        return act_pb2.TriggerResponse(lasts_secs=lasts_secs)

    def look_at(self, request: act_pb2.LookAtRequest) -> act_pb2.LookAtResponse:
        """Direct the gaze, or let it go; then nothing is told of where it goes."""
        if request.release:
            self._acts.look_freely(request.avatar_id)
            return act_pb2.LookAtResponse()
        wish = look(request)
        self._acts.look(request.avatar_id, wish)
        return act_pb2.LookAtResponse(yaw_deg=wish.yaw_deg, pitch_deg=wish.pitch_deg)

    def set_layers(self, request: act_pb2.SetLayersRequest) -> act_pb2.SetLayersResponse:
        """Weigh the layers; without any it only tells how they are."""
        wanted = [LayerRequest(layer.layer, layer.weight, layer.fade_secs) for layer in request.layers]
        weighed = self._acts.weigh_layers(request.avatar_id, wanted)
        return act_pb2.SetLayersResponse(
            layers=[act_pb2.LayerWeight(layer=one.layer, weight=one.weight, fade_secs=one.fade_secs) for one in weighed]
        )

    def set_route(self, request: act_pb2.RouteRequest) -> act_pb2.RouteResponse:
        """Take a part of an avatar from another source."""
        routes = self._acts.route(request.avatar_id, request.group, request.from_avatar_id)
        return act_pb2.RouteResponse(routes=[act_pb2.Route(group=group, from_avatar_id=owner) for group, owner in routes.items()])


def preferred(request: act_pb2.SetEmotionRequest) -> PreferredEmotion:
    """The emotion that is wanted; raises ConfigError."""
    codes = [
        EmotionTimeCode(code.at_secs, emotion_weights(_by_name(code.emotions), what=f"emotion of time code {place}"))
        for place, code in enumerate(request.time_codes)
    ]
    return preferred_emotion(
        _by_name(request.emotions),
        strength=_given(request, "preferred_emotion_strength", request.preferred_emotion_strength, 1.0),
        emotion_strength=request.emotion_strength if request.HasField("emotion_strength") else None,
        max_emotions=request.max_emotions if request.HasField("max_emotions") else None,
        contrast=request.emotion_contrast if request.HasField("emotion_contrast") else None,
        live_blend_coef=request.live_blend_coef if request.HasField("live_blend_coef") else None,
        time_codes=codes,
        hold_secs=request.hold_secs,
    )


def overridden(request: act_pb2.OverrideRequest) -> OverrideRequest:
    """What is to be overridden or let go; raises ConfigError."""
    if request.mode not in _MODES:
        raise ConfigError(f"mode is {int(request.mode)}, expected {act_pb2.OVERRIDE_MODE_SET} (set) or {act_pb2.OVERRIDE_MODE_ADD} (add)")
    return OverrideRequest(
        values=[OverrideValue(value.name, value.value, _given(value, "weight", value.weight, 1.0)) for value in request.values],
        turns=[
            OverrideTurn(turn.bone, turn.yaw_deg, turn.pitch_deg, turn.roll_deg, _given(turn, "weight", turn.weight, 1.0))
            for turn in request.turns
        ],
        adds=_MODES[request.mode],
        hold=request.hold,
        fade_secs=request.fade_secs if request.HasField("fade_secs") else None,
        release=request.release,
    )


def look(request: act_pb2.LookAtRequest) -> LookRequest:
    """Where the gaze is to go; raises ConfigError."""
    target = request.WhichOneof("target")
    if target is None:
        raise ConfigError("gaze has no target, expected point_cm, direction or release")
    if target == "point_cm":
        yaw_deg, pitch_deg = direction_deg(request.point_cm.x, request.point_cm.y, request.point_cm.z)
    else:
        yaw_deg, pitch_deg = request.direction.yaw_deg, request.direction.pitch_deg
    weight = _given(request, "weight", request.weight, 1.0)
    head_share = _given(request, "head_share", request.head_share, HEAD_SHARE)
    return LookRequest(yaw_deg, pitch_deg, weight, head_share, request.hold)


def _given(
    message: act_pb2.SetEmotionRequest | act_pb2.OverrideValue | act_pb2.OverrideTurn | act_pb2.TriggerRequest | act_pb2.LookAtRequest,
    name: str,
    value: float,
    default: float,
) -> float:
    return value if message.HasField(name) else default


def _by_name(emotions: Iterable[act_pb2.EmotionWeight]) -> dict[str, float]:
    return {one.emotion: one.weight for one in emotions}


def _aggregate(avatar_id: str, found: EmotionAggregate) -> act_pb2.EmotionAggregate:
    return act_pb2.EmotionAggregate(
        avatar_id=avatar_id,
        inferred=_weights(found.inferred),
        preferred=_weights(found.preferred),
        shown=_weights(found.shown),
    )


def _weights(emotions: NDArray[np.float32] | None) -> list[act_pb2.EmotionWeight]:
    if emotions is None:
        return []
    return [act_pb2.EmotionWeight(emotion=name, weight=weight) for name, weight in zip(registry.EMOTIONS, emotions.tolist(), strict=True)]
