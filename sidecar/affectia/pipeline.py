"""The way of a frame: observations in, fusion, rig, motion, frames out. Read `tick` first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_MILLI, NANOS_PER_SEC, Clock
from affectia.fusion.affect_fusion import AffectFusion
from affectia.fusion.affect_fusion_options import AffectFusionOptions
from affectia.fusion.face_fusion import FaceFusion, FaceFusionOptions
from affectia.fusion.voice_fusion import VoiceFusion, VoiceFusionOptions
from affectia.motion.layer_motion import LayerMotion, LayerMotionOptions
from affectia.motion.mouth_closure import MouthClosureOptions
from affectia.motion.smoother import Smoother, SmootherOptions
from affectia.motion.speech_blend import SpeechBlendOptions
from affectia.motion.speech_motion import SpeechMotion
from affectia.perception.affect_projection import projected
from affectia.publish.frame_publisher import FramePublisher, Transport, VoiceFormat
from affectia.registry import Bone, Source
from affectia.rig.acting import Acting, ActingOptions
from affectia.rig.calibration_table import CalibrationTable
from affectia.rig.channel_routing import ChannelRouting
from affectia.rig.face_rig import FaceRig, FaceRigOptions
from affectia.rig.mapping.face_mapping import FaceMapping
from affectia.rig.mapping.mapping_variant import MappingVariant
from affectia.rig.profile import Profile
from affectia.rig.retarget import Retarget
from affectia.signals.avatar_weights import AvatarWeights
from affectia.signals.emotion_observations import EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from affectia.signals.known_people import KnownPeople
from affectia.signals.retargeted import Retargeted
from affectia.signals.voice_observations import VoiceObservations
from affectia.telemetry.motion_meter import MotionMeter

LIVE_FOR_NANOS = 100 * NANOS_PER_MILLI  # so long after its last observation a slot needs no timer
_EARLY = 0.25  # a frame may come this share of its period before it is due: sources jitter

_FACE = np.uint8(Source.FACE)

Due = tuple[NDArray[np.intp], NDArray[np.int64]]  # slots, and the instant that the pose of each shows


@dataclass(frozen=True)
class PipelineOptions:
    """How the stages are set; `slots` is how many avatars there can be at once."""

    slots: int = 512
    fusion: FaceFusionOptions = field(default_factory=FaceFusionOptions)
    voice: VoiceFusionOptions = field(default_factory=VoiceFusionOptions)
    affect: AffectFusionOptions = field(default_factory=AffectFusionOptions)
    rig: FaceRigOptions = field(default_factory=FaceRigOptions)
    motion: SmootherOptions = field(default_factory=SmootherOptions)
    acting: ActingOptions = field(default_factory=ActingOptions)
    layers: LayerMotionOptions = field(default_factory=LayerMotionOptions)
    speech: SpeechBlendOptions = field(default_factory=SpeechBlendOptions)
    closure: MouthClosureOptions = field(default_factory=MouthClosureOptions)


class Pipeline:
    """All avatars of the process as rows of arrays. Everything here runs on the motion thread.

    What an avatar is told to do goes to its parts: `acting` (idle life, feelings, gaze, gestures, overrides), `calibrations`, `mapping`,
    `routing`; `meter` measures how it moves.
    """

    def __init__(self, transport: Transport, clock: Clock, options: PipelineOptions | None = None) -> None:
        options = options or PipelineOptions()
        self._clock = clock
        self._rig = FaceRig(options.rig)
        self._motion = Smoother(options.slots, options.motion)
        table = self._rig.viseme_shapes
        self._speech = SpeechMotion(
            options.slots, floors=table.closure_floors, jaw_caps=table.closure_jaw_caps, blend=options.speech, closure=options.closure
        )
        self._layers = LayerMotion(options.slots, options.layers)
        self.acting = Acting(options.slots, options.acting)
        self.calibrations = CalibrationTable(options.slots)
        self.mapping = FaceMapping(options.slots)
        self.routing = ChannelRouting(options.slots)
        self.meter = MotionMeter(options.slots)
        self._retarget = Retarget(options.slots)
        self._fusion = FaceFusion(options.slots, options.fusion)
        self._voices = VoiceFusion(options.slots, options.voice, lead_nanos=self._speech.lag_nanos)
        self._affects = AffectFusion(options.slots, options.affect, projected=projected)
        self.publisher = FramePublisher(options.slots, transport, clock)
        self._open = np.zeros(options.slots, np.bool_)
        self._observed_at_nanos = np.zeros(options.slots, np.int64)
        self._heard_at_nanos = np.zeros(options.slots, np.int64)
        self._sounded_at_nanos = np.zeros(options.slots, np.int64)  # the newest instant of a voice that can be shown
        self._posed_at_nanos = np.zeros(options.slots, np.int64)
        self._due_nanos = np.zeros(options.slots, np.int64)
        self._period_nanos = np.zeros(options.slots, np.int64)
        self._slowness = np.ones(options.slots, np.float32)

    @property
    def mouth_lag_nanos(self) -> int:
        """How long after what was heard its mouth is shown, beside the look-ahead of who listens."""
        return self._speech.lag_nanos

    def open_slot(
        self, slot: int, avatar_id: str, *, precision_bits: int, rate_hz: float, smoothing: float, several_faces: bool = False
    ) -> None:
        """Give a slot to an avatar; `several_faces`: it is one of those before one camera."""
        rows = np.array([slot])
        self.forget(rows)
        self._motion.set_profile(rows, several_faces=several_faces)
        self.publisher.open(slot, avatar_id, precision_bits=precision_bits)
        self.configure(slot, precision_bits=precision_bits, rate_hz=rate_hz, smoothing=smoothing)
        self._posed_at_nanos[slot] = self._due_nanos[slot] = 0
        self._open[slot] = True

    def configure(self, slot: int, *, precision_bits: int, rate_hz: float, smoothing: float) -> None:
        """Set what may change while an avatar lives."""
        self.publisher.set_precision(slot, precision_bits)
        self._period_nanos[slot] = round(NANOS_PER_SEC / rate_hz)
        self._slowness[slot] = smoothing

    def close_slot(self, slot: int) -> None:
        """Take a slot back: whatever was asked of its avatar ends with it."""
        self._open[slot] = False
        self.publisher.close(slot)
        rows = np.array([slot])
        self.forget(rows)
        self.acting.close(slot)
        self._layers.reset(rows)
        self.calibrations.set(slot, None)
        self.map_faces(slot, MappingVariant.SHAPES)
        self.routing.forget(rows)
        self.meter.forget(rows)
        self._retarget.forget(rows)

    def map_faces(self, slot: int, variant: MappingVariant) -> None:
        """How what is captured of a face is put on an avatar."""
        self.mapping.set(slot, variant)
        rows = np.array([slot])
        self.acting.overlay.set_overlay_shares(rows, self.mapping.overlay_shares(rows))

    def set_profile(self, slot: int, profile: Profile) -> None:
        """The kind of avatar that the frames of a slot are for, from the next one on, and what its engine fills by other means."""
        for group in profile.resting:
            self.routing.set(slot, group, None)
        self.publisher.set_layout(slot, self._retarget.set(slot, profile))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop what was seen and heard of these avatars: their next frames are at rest and say that nothing is valid."""
        self.forget_faces(slots)
        self.forget_voices(slots)

    def forget_faces(self, slots: NDArray[np.intp]) -> None:
        """Drop what was seen of these avatars; what is heard of them goes on."""
        self._fusion.forget(slots)
        self._affects.forget(slots, Modality.FACE)
        self._forget_feelings(slots)
        self._motion.reset(slots)
        self._observed_at_nanos[slots] = 0

    def forget_voices(self, slots: NDArray[np.intp]) -> None:
        """Drop what was heard of these avatars; what is seen of them goes on."""
        self._voices.forget(slots)
        self._affects.forget(slots, Modality.VOICE)
        self._forget_feelings(slots)
        self._speech.reset(slots)
        self._heard_at_nanos[slots] = self._sounded_at_nanos[slots] = 0
        for slot in slots.tolist():
            self.publisher.set_voice(slot, None)

    def _forget_feelings(self, slots: NDArray[np.intp]) -> None:
        """What is inferred of a person ends with what it was inferred from, also where it is on its way to the avatar."""
        self.acting.overlay.forget_inferred(slots)
        self._layers.reset(slots)
        self.routing.drop(slots)  # nor do others go on showing what they took
        self.meter.forget(slots)

    def observe(self, slots: NDArray[np.intp], faces: FaceObservations) -> Due:
        """Take in one sample's faces; returns the slots that are due now, and the instant that their poses show."""
        captured_nanos = faces.captured_at_nanos
        mine = self._open[slots]
        self._fusion.observe(slots, faces)
        self._observed_at_nanos[slots] = captured_nanos
        if self._voices.voice_count:
            # Somebody who is heard and not seen is his voice's: pictures of nobody would only hold it up.
            unseen = ~faces.found & (captured_nanos - self._heard_at_nanos[slots] <= LIVE_FOR_NANOS)
            self._observed_at_nanos[slots[unseen]] = 0
            mine &= ~unseen
        due = slots[mine & self._is_due(slots, captured_nanos)]
        return due, np.full(due.size, captured_nanos, np.int64)

    def hear(self, slot: int, voice: VoiceObservations, now_nanos: int) -> None:
        """Take in what was heard of an avatar's voice; `voice_slots` then tells what it makes due."""
        if not (self._open[slot] and self._voices.observe(slot, voice)):
            return
        lag_nanos = self.mouth_lag_nanos
        self._heard_at_nanos[slot] = now_nanos
        self._sounded_at_nanos[slot] = voice.ends_at_nanos - lag_nanos
        self.publisher.set_voice(slot, VoiceFormat(voice.source_rate_hz, voice.look_ahead_nanos + lag_nanos))

    def feel(self, slots: NDArray[np.intp], seen: EmotionObservations) -> None:
        """Take in how some people seem to feel; row i belongs to slots[i]. It makes nothing due: their next poses tell it."""
        self._affects.observe(slots, seen)

    def voice_slots(self, now_nanos: int) -> Due:
        """The slots whose voice drives them now, no face does, and has sounded until their next pose, and that pose's instant.

        To be asked until there are none: a voice comes in blocks, its poses stand a period apart, on instants of their own, so that none
        is early or late whatever the blocks are. A voice that is far behind begins anew at its end.
        """
        slots = np.flatnonzero(self._is_heard(now_nanos) & ~self._is_seen(now_nanos))
        newest_nanos, due_nanos = self._sounded_at_nanos[slots], self._due_nanos[slots]
        times_nanos = np.where(newest_nanos - due_nanos > LIVE_FOR_NANOS, newest_nanos, due_nanos)
        ready = (times_nanos <= newest_nanos) & (times_nanos > self._posed_at_nanos[slots])
        slots, times_nanos = slots[ready], times_nanos[ready]
        self._due_nanos[slots] = times_nanos
        return slots, times_nanos

    def instant_of(self, slot: int, now_nanos: int) -> int:
        """The instant that an act counts from which is asked for now: that of the avatar's last pose, as long as it moves on. What a voice
        drives is behind its sound, and an act that began later than the next pose would stand still at first.
        """
        posed_nanos = int(self._posed_at_nanos[slot])
        return posed_nanos if now_nanos - LIVE_FOR_NANOS < posed_nanos < now_nanos else now_nanos

    def timer_slots(self, now_nanos: int) -> Due:
        """The slots that no observation drives now, and the instant that their poses show."""
        slots = np.flatnonzero(self._open & ~self._is_seen(now_nanos) & ~self._is_heard(now_nanos))
        due = slots[self._is_due(slots, now_nanos)]
        return due, np.full(due.size, now_nanos, np.int64)

    def tick(self, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> None:
        """Show these avatars, each at its own instant: one pass for all of them."""
        if slots.size == 0:
            return
        times_nanos = np.maximum(times_nanos, self._posed_at_nanos[slots] + 1)  # the times of a stream only rise
        self._posed_at_nanos[slots] = times_nanos
        # A period after the last frame was due, not after it came: else frames that come early or late would shift the rate. One that
        # is late by more than half a period is not made up for.
        period_nanos = self._period_nanos[slots]
        self._due_nanos[slots] = np.maximum(self._due_nanos[slots], times_nanos - period_nanos // 2) + period_nanos
        state = self._fusion.state(slots, times_nanos)
        state = self._voices.joined(state, slots, times_nanos)
        state = self._affects.joined(state, slots, times_nanos)
        if self.calibrations.active:
            self.calibrations.apply(slots, state)
        if self.mapping.active:
            self.mapping.apply(slots, state)
        # Before it is told there what acts.
        captured, groups = bool((state.groups.source == _FACE).any()), state.groups.copy()
        acting = self.acting.act(slots, times_nanos, state)
        weights = self._rig.weights(state, acting, captured=captured)
        if captured:  # faces that are at rest have nothing to smooth
            weights = self._motion.moved(slots, times_nanos, weights, self._slowness[slots])
        # Where nothing acts, what is known of people is what is shown.
        known = None if acting is None else KnownPeople(groups, weights.bones[:, Bone.NECK : Bone.HEAD + 1].copy())
        weights = self._speech.spoken(slots, times_nanos, weights)
        weights = self._layers.layered(slots, times_nanos, weights)
        self._rig.pose_eyes(weights)
        self.publisher.publish(slots, times_nanos, state, weights, self._put_on(slots, weights), known)
        self.meter.note(slots, weights.shapes, np.any(weights.groups.valid, axis=1))  # when the frames are out

    def _put_on(self, slots: NDArray[np.intp], weights: AvatarWeights) -> tuple[Retargeted, ...]:
        """What avatars of their own kinds show of these weights; parts that come from other avatars are written into the weights."""
        if self.routing.active:
            self.routing.route(slots, weights)
        return self._retarget.shown(slots, weights, self.acting.moods(slots)) if self._retarget.active else ()

    def _is_seen(self, now_nanos: int) -> NDArray[np.bool_]:
        seen: NDArray[np.bool_] = now_nanos - self._observed_at_nanos <= LIVE_FOR_NANOS
        return seen

    def _is_heard(self, now_nanos: int) -> NDArray[np.bool_]:
        heard: NDArray[np.bool_] = now_nanos - self._heard_at_nanos <= LIVE_FOR_NANOS
        return heard

    def _is_due(self, slots: NDArray[np.intp], now_nanos: int) -> NDArray[np.bool_]:
        due: NDArray[np.bool_] = now_nanos >= self._due_nanos[slots] - _EARLY * self._period_nanos[slots]
        return due
