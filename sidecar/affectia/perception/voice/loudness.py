"""How loud a voice is against its own usual level, whatever microphone and distance it comes through."""

from __future__ import annotations

import math
from typing import Final

_SILENT_POWER: Final = 1e-10

USUAL: Final = 0.7  # the loudness of the usual level
_DB_FOR_ONE: Final = 30.0  # from silence to full: 0 is 21 dB below the usual level, 1 is 9 dB above
EXPECTED_DB: Final = -26.0  # before anything was learned: the active speech level that telephony aims at (ITU-T P.56, P.800)
_BELIEVED_CHUNKS: Final = 10  # 0.3 s of speech: from then on only what was learned counts
_REMEMBERED_CHUNKS: Final = 100  # 3 s of speech
_SPEECH: Final = 0.5  # from this probability on a chunk teaches the usual level
_NOISE: Final = 0.1  # up to this one it teaches the noise
_CLEAR_POWER: Final = 4.0  # times the noise: 6 dB
_NOISE_FALLS: Final = 0.3  # of the way, each chunk
_NOISE_RISES: Final = 1 / 16
_LOUD_OVER_NOISE: Final = 10.0
_LOUD_OVER_USUAL: Final = 10**-2.2  # 22 dB below it


class VoiceLevel:
    """What is learned of one voice's level, chunk by chunk: the mean power while it speaks, and that of the noise around it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nothing is known."""
        self.noise_power = 0.0
        self._speech_power = 0.0
        self._speech_chunks = 0

    @property
    def usual_db(self) -> float:
        """The voice's usual level in dB below full scale."""
        if not self._speech_chunks:
            return EXPECTED_DB
        learned_db = 10 * math.log10(max(self._speech_power, _SILENT_POWER))
        believed = min(1.0, self._speech_chunks / _BELIEVED_CHUNKS)
        return EXPECTED_DB + believed * (learned_db - EXPECTED_DB)

    def learn(self, power: float, probability: float) -> None:
        """Take in one chunk: its mean square, and how probably somebody speaks in it."""
        if probability >= _SPEECH and power > _CLEAR_POWER * self.noise_power:
            self._speech_chunks += 1
            self._speech_power += (power - self._speech_power) / min(self._speech_chunks, _REMEMBERED_CHUNKS)
        if power < self.noise_power:
            self.noise_power += _NOISE_FALLS * (power - self.noise_power)
        elif probability <= _NOISE:
            self.noise_power += (_NOISE_RISES if self.noise_power else 1.0) * (power - self.noise_power)

    def stands_out(self, power: float) -> bool:
        """Whether a chunk is clearly louder than the noise, and not much quieter than this voice is."""
        usual_power = 10 ** (self.usual_db / 10)
        return power > _SILENT_POWER and power >= _LOUD_OVER_NOISE * self.noise_power and power >= _LOUD_OVER_USUAL * usual_power

    def loudness(self, power: float) -> float:
        """0..1 of a stretch of this mean square: 0 silence, USUAL at the usual level, 1 loud. What the noise makes of it does not count."""
        level_db = 10 * math.log10(max(power - self.noise_power, _SILENT_POWER))
        return min(1.0, max(0.0, USUAL + (level_db - self.usual_db) / _DB_FOR_ONE))
