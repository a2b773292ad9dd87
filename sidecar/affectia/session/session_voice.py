"""The voice of a session: where its sound comes from, where it waits, and who listens to it."""

from __future__ import annotations

from dataclasses import dataclass

from affectia.capture.audio_queue import AudioQueue
from affectia.capture.source import Source
from affectia.perception.voice.voice_track import VoiceTrack
from affectia.signals.voice_observations import VoiceObservations


@dataclass(slots=True)
class SessionVoice:
    """What belongs to the voice of one session; its source's modality is what consent for it is given for.

    `missing` says which network is missing and what to do about it, empty when all are there; `mouth_lag_nanos` how late
    motion makes a mouth. The counts are written by the thread that
    listens and may be read by any.
    """

    source: Source
    inbox: AudioQueue
    track: VoiceTrack
    missing: str = ""
    mouth_lag_nanos: int = 0
    frames_heard: int = 0
    source_rate_hz: int = 0  # what the avatar's audio_sample counts in; 0 until something was heard
    look_ahead_nanos: int = 0  # how late the mouth is, motion's share included; 0 until something was heard

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person could do to be heard better."""
        return tuple(notice for notice in (self.source.notice, self.track.notice, self.missing) if notice)

    def note(self, voice: VoiceObservations) -> None:
        """Count what was heard; nothing of it is kept."""
        self.frames_heard += voice.count
        self.source_rate_hz = voice.source_rate_hz
        self.look_ahead_nanos = voice.look_ahead_nanos + self.mouth_lag_nanos
