"""What is known of each voice now: the frames of the last moments, held, then eased away when no more come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC
from affectia.errors import ConfigError
from affectia.fusion.voice_frames import KEPT_FRAMES, VoiceFrames
from affectia.registry import Group, Source
from affectia.signals.avatar_state import AvatarState
from affectia.signals.groups import GroupStates
from affectia.signals.slot_rows import slot_rows
from affectia.signals.voice_observations import FRAME_NANOS, VISEMES, VoiceObservations
from affectia.signals.voice_states import VoiceStates

LINGER_SECS: Final = 1.0  # so long a voice that is gone still has a state, of weight 0: what eases with it comes to its end
_LOUDNESS: Final = VISEMES
_SPEAKING: Final = VISEMES + 1
_SPEECH: Final = VISEMES + 2  # how far somebody is taken to speak, 0..1
_CHANNELS: Final = VISEMES + 3
_FRAME_SECS: Final = FRAME_NANOS / NANOS_PER_SEC
_VOICE: Final = np.uint8(Source.VOICE)
_MOUTH: Final = int(Group.MOUTH)  # numpy takes twice as long with an enum's member, and with a number that is no array yet
_NOTHING, _HALF, _WHOLE = (np.array(number, np.float32) for number in (0, 0.5, 1))
_TRUSTED_DEGRADED: Final = np.float32(0.5)  # a mouth made from the energy alone is half to be trusted
_NO_SOUND: Final = np.int64(-1)
_EVERYBODY: Final = slice(None)


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
        self._lead_nanos = np.array(lead_nanos)
        self._hold_nanos = int(self._options.hold_secs * NANOS_PER_SEC)
        self._gone_secs = self._options.hold_secs + self._options.ease_secs + LINGER_SECS
        self._rise = _step(self._options.attack_secs)
        self._fall = _step(self._options.release_secs)
        self._frames = VoiceFrames(slots, _CHANNELS, peaks=VISEMES)
        self._is_heard = np.zeros(slots, np.bool_)
        self._samples = np.zeros(slots, np.int64)  # of the newest frame
        self._rate_hz = np.zeros(slots, np.int64)
        self._look_ahead_nanos = np.zeros(slots, np.int64)
        self._held_until_nanos = np.zeros(slots, np.int64)  # nothing of a voice fades before
        self._trusted = np.ones(slots, np.float32)
        self._speaks = np.zeros(slots, np.bool_)
        self._speech = np.zeros(slots, np.float32)
        self._rows = np.arange(slots)
        self._rows.flags.writeable = False  # they are given away
        self.voice_count = 0

    def observe(self, slot: int, voice: VoiceObservations) -> bool:
        """Take in what was heard of a slot's voice; false where nothing was.

        Frames that hold NaN or infinity are left out. Frames that are not newer than the last ones are of a stream that began anew.
        """
        frames, instants, sample = self._taken(slot, voice)
        if not instants.size:
            return False
        if not self._is_heard[slot]:
            self._is_heard[slot] = True
            self.voice_count += 1
        elif instants[0] <= self._frames.newest_nanos[slot]:
            self._frames.forget(slot)
        self._frames.add(slot, instants, frames)
        self._samples[slot] = sample
        self._rate_hz[slot] = voice.source_rate_hz
        self._look_ahead_nanos[slot] = voice.look_ahead_nanos
        self._held_until_nanos[slot] = int(instants[-1]) + voice.look_ahead_nanos + self._hold_nanos
        self._trusted[slot] = _TRUSTED_DEGRADED if voice.degraded else 1
        return True

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Drop everything that was heard; the next state of these slots has no voice."""
        self._frames.forget(slots)
        self._is_heard[slots] = False
        self._samples[slots] = 0
        self._speaks[slots] = False
        self._speech[slots] = 0
        self.voice_count = int(np.count_nonzero(self._is_heard))

    def joined(self, state: AvatarState, slots: NDArray[np.intp], times_nanos: NDArray[np.int64]) -> AvatarState:
        """The state of some slots, each at its own time, with what is heard of them; the mouth groups of `state` are written to.

        What is shown lies between the two frames around its instant, or is the newest one where none is heard yet: then the age of the
        mouth says how much older it is. An avatar whose face does not show its mouth has the voice's, whether somebody speaks or not.
        """
        if not self.voice_count:
            return state
        heard = slot_rows(slots)
        count = np.count_nonzero(self._is_heard[heard])
        if not count:
            return state
        rows = self._rows[:count]
        if count < slots.size:
            rows = self._is_heard[slots].nonzero()[0]
            heard, times_nanos = slots[rows], times_nanos[rows]
        presence = None
        if np.count_nonzero(times_nanos > self._held_until_nanos[heard]):
            late_secs = (times_nanos - self._frames.newest_nanos[heard] - self._look_ahead_nanos[heard]) / NANOS_PER_SEC
            (kept,) = (late_secs <= self._gone_secs).nonzero()
            if kept.size < rows.size:
                rows, late_secs, times_nanos = rows[kept], late_secs[kept], times_nanos[kept]
                heard = slots[rows]
            if not rows.size:
                return state
            presence = self._presence(late_secs)
        newest_nanos = self._frames.newest_nanos[heard]
        wanted_nanos = np.minimum(times_nanos + self._lead_nanos, newest_nanos)
        frames, peaks = self._frames.at(heard, wanted_nanos)
        speaking, talking = frames[:, _SPEAKING], frames[:, _SPEECH]
        certainty = np.maximum(speaking, _WHOLE - speaking)
        certainty *= self._trusted[heard]
        places = _EVERYBODY if rows.size == slots.size else rows  # the rows, as an index
        weight = np.maximum(talking, _WHOLE - state.groups.levels[places, _MOUTH, 2])
        by_voice = ~state.groups.valid[places, _MOUTH]
        if presence is None:
            by_voice |= weight > _HALF
        else:
            certainty, weight, speaking, talking = (values * presence for values in (certainty, weight, speaking, talking))
            by_voice |= weight > _HALF
            by_voice &= presence > _NOTHING
        samples = self._samples_at(heard, newest_nanos - wanted_nanos)
        _write_mouths(state.groups, places, rows, by_voice, weight, certainty, times_nanos - newest_nanos)
        if np.count_nonzero(by_voice) < rows.size:
            samples[~by_voice] = _NO_SOUND
        voices = VoiceStates(rows, frames[:, :VISEMES], peaks, frames[:, _LOUDNESS], speaking, talking, weight, samples)
        return AvatarState(state.values, state.measured, state.groups, voices)

    def _samples_at(self, heard: slice | NDArray[np.intp], back_nanos: NDArray[np.int64]) -> NDArray[np.int64]:
        """(m,) the samples that what was `back_nanos` before the newest frame belongs to."""
        # What is shown is late by the lead, so it belongs to the sound of that much earlier.
        back_nanos = back_nanos + self._lead_nanos
        back_nanos *= self._rate_hz[heard]
        back = np.rint(back_nanos / NANOS_PER_SEC).astype(np.int64)
        samples: NDArray[np.int64] = np.maximum(self._samples[heard] - back, 0)
        return samples

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
    places: slice | NDArray[np.intp],
    rows: NDArray[np.intp],
    by_voice: NDArray[np.bool_],
    weight: NDArray[np.float32],
    confidence: NDArray[np.float32],
    late_nanos: NDArray[np.int64],
) -> None:
    """Say in the groups whose each mouth is; `places` are the rows, as an index."""
    if np.count_nonzero(by_voice) < rows.size:
        groups.levels[places, _MOUTH, 2] *= 1 - weight  # what the face keeps of a mouth that it shares
        places = rows[by_voice]
        if not places.size:
            return
        weight, confidence, late_nanos = weight[by_voice], confidence[by_voice], late_nanos[by_voice]
    groups.valid[places, _MOUTH] = True
    groups.source[places, _MOUTH] = _VOICE
    groups.levels[places, _MOUTH, 0] = confidence
    groups.levels[places, _MOUTH, 1] = np.maximum(late_nanos, 0) / NANOS_PER_SEC
    groups.levels[places, _MOUTH, 2] = weight


def _step(secs: float) -> float:
    """How much of the way one frame goes."""
    return min(1.0, _FRAME_SECS / secs) if secs else 1.0
