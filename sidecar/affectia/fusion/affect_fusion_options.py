"""How face and voice are weighed."""

from __future__ import annotations

from dataclasses import dataclass, field

from affectia.errors import ConfigError
from affectia.fusion.emotion_label import EmotionLabelOptions


@dataclass(frozen=True)
class AffectFusionOptions:
    """How face and voice are weighed, and how steady the result is.

    `least_confidence`: less above chance (0 = guessing, 1 = certain) is ignored where there is better. What a face showed counts in full
    for `face_hold_secs`, half after each further `face_half_life_secs`, and not at all after `face_gone_secs`; a voice, of which there is
    a result every few hundred milliseconds of speech, likewise. `pause_weight` is what a voice keeps of its weight while nobody speaks,
    `mouth_weight` what a face keeps of its own while it talks and was not read without its mouth; somebody who stops speaking is taken to
    have stopped within `speech_release_secs`.
    `scores_secs` and `affect_secs` are the time constants of the distribution, and of valence, arousal and dominance.
    """

    least_confidence: float = 0.1
    face_hold_secs: float = 0.25
    face_half_life_secs: float = 0.4
    face_gone_secs: float = 1.5
    voice_hold_secs: float = 0.6
    voice_half_life_secs: float = 0.9
    voice_gone_secs: float = 4.0
    pause_weight: float = 0.5
    mouth_weight: float = 0.4
    speech_release_secs: float = 0.4
    scores_secs: float = 0.3
    affect_secs: float = 0.25
    label: EmotionLabelOptions = field(default_factory=EmotionLabelOptions)

    def __post_init__(self) -> None:
        for name in ("least_confidence", "pause_weight", "mouth_weight"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"affect.{name} is {getattr(self, name)}, expected 0 to 1")
        for name in ("face_hold_secs", "voice_hold_secs", "speech_release_secs", "scores_secs", "affect_secs"):
            if not 0 <= getattr(self, name) <= 60:
                raise ConfigError(f"affect.{name} is {getattr(self, name)}, expected 0 to 60")
        for modality in ("face", "voice"):
            half_life, hold, gone = (getattr(self, f"{modality}_{name}_secs") for name in ("half_life", "hold", "gone"))
            if not 0 < half_life <= 60:
                raise ConfigError(f"affect.{modality}_half_life_secs is {half_life}, expected more than 0 and at most 60")
            if not hold < gone <= 60:
                found = f"affect.{modality}_gone_secs is {gone}"
                raise ConfigError(f"{found}, expected more than {modality}_hold_secs, which is {hold}, and at most 60")
