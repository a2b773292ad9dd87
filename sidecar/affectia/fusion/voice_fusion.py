"""What is known of each voice now: the frames of the last moments, held, then eased away when no more come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.registry import Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GroupStates
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES, VoiceObservations
from affectia.signals.voice_states import VoiceStates

KEPT_FRAMES: Final = 32  # 320 ms: a pose may be of a picture that long ago
LINGER_SECS: Final = 1.0  # so long a voice that is gone still has a state, of weight 0: what eases with it comes to its end
_PEAK_STEPS: Final = np.arange(10)  # a closure that lasted a frame is still shown by avatars that have ten frames a second
_LOUDNESS: Final = VISEMES
_SPEAKING: Final = VISEMES + 1
_SPEECH: Final = VISEMES + 2  # how far somebody is taken to speak, 0..1
_CHANNELS: Final = VISEMES + 3
_FRAME_SECS: Final = FRAME_NANOS / NANOS_PER_SEC
_VOICE: Final = np.uint8(Source.VOICE)
_TRUSTED: Final = np.array((1.0, 0.5), np.float32)  # a mouth made from the energy alone is half to be trusted
_NO_SOUND: Final = np.int64(-1)


@dataclass(frozen=True)
class VoiceFusionOptions:
    """When a voice drives the mouth of an avatar that has a face too, and how it goes when it stops.

    Somebody speaks from `start_probability` on, until the probability falls below `stop_probability`; then the mouth becomes the voice's
    within `attack_secs`, and the face's again within `release_secs`. A voice that delivers nothing more is held for `hold_secs` beyond
    its look-ahead, and the mouth eases shut within `ease_secs`.
    """

    start_probability: float = 0.7
    stop_probability: float = 0.35
    attack_secs: float = 0.06
    release_secs: float = 0.2
    hold_secs: float = 0.1
    ease_secs: float = 0.18

    def __post_init__(self) -> None:
        if not 0 < self.start_probability <= 1:
            raise ConfigError(f"voice_fusion.start_probability is {self.start_probability}, expected more than 0 and at most 1")
        if not 0 <= self.stop_probability <= self.start_probability:
            found = f"voice_fusion.stop_probability is {self.stop_probability}"
            raise ConfigError(f"{found}, expected 0 to start_probability, which is {self.start_probability}")
        for name in ("attack_secs", "release_secs", "hold_secs", "ease_secs"):
            if not 0 <= getattr(self, name) <= 60:
                raise ConfigError(f"voice_fusion.{name} is {getattr(self, name)}, expected 0 to 60")


class VoiceFusion:
    """The last frames of the voice of every slot that has one; one thread.

    A pose is given the frame that was heard `lead_nanos` after its instant: so much later comes what motion makes of it.
    """

    def __init__(self, slots: int, options: VoiceFusionOptions | None = None, *, lead_nanos: int = 0) -> None:
        self._options = options or VoiceFusionOptions()
        self._lead_nanos = lead_nanos
        self._gone_secs = self._options.hold_secs + self._options.ease_secs + LINGER_SECS
        self._rise = _step(self._options.attack_secs)
        self._fall = _step(self._options.release_secs)
        # Rings: the frame before the one at `_newest` stands one place before it. What is not filled is older than everything.
        self._instants_nanos = np.zeros((slots, KEPT_FRAMES), np.int64)
        self._frames = np.zeros((slots, KEPT_FRAMES, _CHANNELS), np.float32)
        self._newest_nanos = np.zeros(slots, np.int64)
        self._samples = np.zeros(slots, np.int64)  # of the newest frame
        self._rate_hz = np.zeros(slots, np.int64)
        self._newest = np.zeros(slots, np.intp)
        self._count = np.zeros(slots, np.intp)
        self._shown_nanos = np.zeros(slots, np.int64)  # the instant of the frame that the last state was given
        self._look_ahead_nanos = np.zeros(slots, np.int64)
        self._degraded = np.zeros(slots, np.intp)
        self._speaks = np.zeros(slots, np.bool_)
        self._speech = np.zeros(slots, np.float32)
        self.voice_count = 0

    def observe(self, slot: int, voice: VoiceObservations) -> bool:
        """Take in what was heard of a slot's voice; false where nothing was.

        Frames that hold NaN or infinity are left out. Frames that are not newer than the last ones are of a stream that began anew.
        """
        frames, instants, sample = self._taken(slot, voice)
        count = instants.size
        if not count:
            return False
        if self._count[slot] and instants[0] <= self._newest_nanos[slot]:
            self._count[slot] = 0
            self._instants_nanos[slot] = self._shown_nanos[slot] = 0
        elif not self._count[slot]:
            self.voice_count += 1
        places = (self._newest[slot] + 1 + np.arange(count)) % KEPT_FRAMES
        self._instants_nanos[slot, places] = instants
        self._frames[slot, places] = frames
        self._newest_nanos[slot] = instants[-1]
        self._samples[slot] = sample
        self._rate_hz[slot] = voice.source_rate_hz
        self._newest[slot] = places[-1]
        self._count[slot] = min(KEPT_FRAMES, self._count[slot] + count)
        self._look_ahead_nanos[slot] = voice.look_ahead_nanos
        self._degraded[slot] = voice.degraded
        return True

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop everything that was heard; the next state of these slots has no voice."""
        self._count[slots] = 0
        self._instants_nanos[slots] = 0
        self._frames[slots] = 0
        self._samples[slots] = 0
        self._shown_nanos[slots] = 0
        self._speaks[slots] = False
        self._speech[slots] = 0
        self.voice_count = int(np.count_nonzero(self._count))

    def joined(self, state: AvatarState, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time, with what is heard of them; the mouth groups of `state` are written to.

        What is shown lies between the two frames around its instant, or is the newest one where none is heard yet: then the age of the
        mouth says how much older it is. An avatar whose face does not show its mouth has the voice's, whether somebody speaks or not.
        """
        if not self.voice_count:
            return state
        rows = np.flatnonzero(self._count[slots])
        if not rows.size:
            return state
        heard = slots[rows]
        late_nanos = times_nanos[rows] - self._newest_nanos[heard]
        late_secs = (late_nanos - self._look_ahead_nanos[heard]) / NANOS_PER_SEC
        if late_secs.max() > self._gone_secs:
            kept = late_secs <= self._gone_secs
            rows, heard, late_nanos, late_secs = rows[kept], heard[kept], late_nanos[kept], late_secs[kept]
            if not rows.size:
                return state
        frames, peaks, samples = self._frames_at(heard, times_nanos[rows])
        presence = self._presence(late_secs)
        speaking = frames[:, _SPEAKING]
        certainty = np.maximum(speaking, 1 - speaking) * _TRUSTED[self._degraded[heard]]
        weight = np.maximum(frames[:, _SPEECH], 1 - state.groups.weight[rows, Group.MOUTH]) * presence
        age_secs = np.maximum(late_nanos, 0) / NANOS_PER_SEC
        by_voice = _write_mouths(state.groups, rows, weight, certainty * presence, age_secs, presence > 0)
        samples[~by_voice] = _NO_SOUND
        voices = VoiceStates(rows, frames[:, :VISEMES], peaks, frames[:, _LOUDNESS], speaking * presence, weight, samples)
        return AvatarState(state.values, state.measured, state.groups, voices)

    def _frames_at(
        self, heard: NDArray[np.intp], times_nanos: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
        """(m, channels) frames, (m, 15) peaks since the last ones, (m,) samples that the frames belong to."""
        instants, newest_nanos = self._instants_nanos[heard], self._newest_nanos[heard]
        ring = np.arange(heard.size)
        wanted_nanos = np.minimum(times_nanos + self._lead_nanos, newest_nanos)
        newer = np.minimum((instants > wanted_nanos[:, None]).sum(axis=1), self._count[heard] - 1)
        before = (self._newest[heard] - newer) % KEPT_FRAMES
        after = (before + (newer > 0)) % KEPT_FRAMES
        first_nanos = instants[ring, before]
        share = (wanted_nanos - first_nanos) / np.maximum(instants[ring, after] - first_nanos, 1)
        share = np.minimum(np.maximum(share, 0), 1).astype(np.float32)
        frames = self._frames[heard, before]
        frames += share[:, None] * (self._frames[heard, after] - frames)
        # The last frames up to there, those that were not shown yet.
        past = (before[:, None] - _PEAK_STEPS) % KEPT_FRAMES
        unshown = instants[ring[:, None], past] > self._shown_nanos[heard][:, None]
        peaks = (self._frames[heard[:, None], past, :VISEMES] * unshown[..., None]).max(axis=1)
        np.maximum(peaks, frames[:, :VISEMES], out=peaks)
        self._shown_nanos[heard] = wanted_nanos
        # What is shown is late by the lead, so it belongs to the sound of that much earlier.
        back_nanos = newest_nanos - wanted_nanos + self._lead_nanos
        back = np.rint(back_nanos * self._rate_hz[heard] / NANOS_PER_SEC).astype(np.int64)
        return frames, peaks, np.maximum(self._samples[heard] - back, 0)

    def _taken(self, slot: int, voice: VoiceObservations) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
        """The newest frames that are whole, their instants and the last one's sample; carries on how far somebody is taken to speak."""
        start = max(0, voice.count - KEPT_FRAMES)
        frames = np.empty((voice.count - start, _CHANNELS), np.float32)
        frames[:, :VISEMES] = voice.visemes[start:]
        frames[:, _LOUDNESS] = voice.loudness[start:]
        frames[:, _SPEAKING] = voice.speaking[start:]
        frames[:, _SPEECH] = 0
        instants = voice.starts_at_nanos + FRAME_NANOS * np.arange(start, voice.count)
        samples = voice.source_samples[start:]
        whole = np.isfinite(frames.sum(axis=1))
        if not whole.all():
            frames, instants, samples = frames[whole], instants[whole], samples[whole]
        speaks, speech = bool(self._speaks[slot]), float(self._speech[slot])
        steps = []
        for probability in frames[:, _SPEAKING].tolist():
            speaks = probability >= (self._options.stop_probability if speaks else self._options.start_probability)
            speech = min(1.0, speech + self._rise) if speaks else max(0.0, speech - self._fall)
            steps.append(speech)
        frames[:, _SPEECH] = steps
        self._speaks[slot], self._speech[slot] = speaks, speech
        return frames, instants, int(samples[-1]) if samples.size else 0

    def _presence(self, late_secs: NDArray[np.float64]) -> NDArray[np.float32]:
        """1 while a voice delivers, 0 when it is gone, a smooth step between."""
        left = 1 - (late_secs - self._options.hold_secs) / max(self._options.ease_secs, 1e-6)
        left = np.minimum(np.maximum(left, 0.0), 1.0)
        presence: NDArray[np.float32] = (left * left * (3 - 2 * left)).astype(np.float32)
        return presence


def _write_mouths(
    groups: GroupStates,
    rows: NDArray[np.intp],
    weight: NDArray[np.float32],
    confidence: NDArray[np.float32],
    age_secs: NDArray[np.float64],
    is_there: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Say in the groups whose each mouth is; (m,) bool: it is the voice's."""
    seen = groups.valid[rows, Group.MOUTH]
    by_voice: NDArray[np.bool_] = is_there & ((weight > 0.5) | ~seen)
    groups.levels[rows, Group.MOUTH, 2] *= 1 - weight  # what the face keeps of a mouth that it shares
    spoken = rows[by_voice]
    groups.valid[spoken, Group.MOUTH] = True
    groups.source[spoken, Group.MOUTH] = _VOICE
    groups.levels[spoken, Group.MOUTH, 0] = confidence[by_voice]
    groups.levels[spoken, Group.MOUTH, 1] = age_secs[by_voice]
    groups.levels[spoken, Group.MOUTH, 2] = weight[by_voice]
    return by_voice


def _step(secs: float) -> float:
    """How much of the way one frame goes."""
    return min(1.0, _FRAME_SECS / secs) if secs else 1.0
