"""The cases in which face and voice agree, contradict each other or go, what must come of each, and why it does, in words.

`bench_affect.py` prints the table, `tests/integration/test_affect_cases.py` holds it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affect_script import NAMES, Case, Moment, Phase, Says

FOUR: Final = sum(1 << NAMES.index(name) for name in ("neutral", "happy", "sad", "angry"))

_BAD: Final = 0.5  # a quality that is worth a word
_TALKS: Final = 0.95
_SAD, _ANGRY, _HAPPY, _CALM = Says("sad", 0.75), Says("angry", 0.75), Says("happy", 0.75), Says("neutral", 0.7)
_UNCLEAR: Final = Says("surprise", 0.85)
_OPEN_MOUTH: Final = replace(_UNCLEAR, mouthless=Says("neutral", 0.65))
_SMILE: Final = replace(_HAPPY, mouthless=Says("happy", 0.7))


def _steady(secs: float, face: Says | None = None, voice: Says | None = None, *, speaking: float = _TALKS) -> tuple[Phase, ...]:
    return (Phase(secs, face, voice, speaking if voice else 0),)


_LATER: Final = _steady(2, Says("happy", 0.9, mouthless=Says("happy", 0.9)), _SAD)  # what several cases begin with

CASES: Final = (
    Case(
        "face sad, voice angry",
        _steady(3, replace(_SAD, mouthless=Says("sad", 0.72)), replace(_ANGRY, quality=0.9)),
        label="sad",
        face_share=(0.5, 0.6),
        confidence=(0.3, 0.5),
    ),
    Case(
        "both agree",
        _steady(3, replace(_HAPPY, mouthless=Says("happy", 0.6)), Says("happy", 0.65)),
        label="happy",
        face_share=(0.35, 0.5),
        confidence=(0.76, 1),  # surer than either of them
    ),
    Case("face lost 0.5 s ago", (*_steady(2, _HAPPY), Phase(0.5)), label="happy", face_share=(1, 1), confidence=(0.3, 0.6)),
    Case("face lost 2 s ago", (*_steady(2, _HAPPY), Phase(2)), label=None, face_share=None, confidence=(0, 0), is_valid=False),
    Case("face lost, voice goes on", (*_LATER, *_steady(2, None, _SAD)), label="sad", face_share=(0, 0), confidence=(0.6, 0.8)),
    Case("voice unsure", _steady(3, _HAPPY, Says("angry", 0.2)), label="happy", face_share=(1, 1), confidence=(0.6, 0.8)),
    Case("voice noisy", _steady(3, _SMILE, Says("angry", 0.5, quality=0.2)), label="happy", face_share=(0.8, 0.95), confidence=(0.5, 0.7)),
    Case(
        "mouth open in speech",
        _steady(3, _OPEN_MOUTH, Says("neutral", 0.6)),
        label="neutral",
        face_share=(0.4, 0.6),
        confidence=(0.66, 1),
    ),
    Case(
        "the same, read with its mouth only",
        _steady(3, _UNCLEAR, Says("neutral", 0.7)),
        label="neutral",
        face_share=(0.25, 0.45),
        confidence=(0.3, 0.6),
    ),
    Case("the same, nobody speaks", _steady(3, _OPEN_MOUTH), label="surprise", face_share=(1, 1), confidence=(0.8, 0.9)),
    Case("face in profile", _steady(3, Says("happy", 0.6, quality=0.1), _SAD), label="sad", face_share=(0.01, 0.1), confidence=(0.6, 0.8)),
    Case("face in the dark, alone", _steady(3, Says("happy", 0.9, quality=0.15)), label=None, face_share=(1, 1), confidence=(0.1, 0.3)),
    Case(
        "silence after angry speech",
        (*_steady(2, _CALM, Says("angry", 0.9)), *_steady(2.5, _CALM)),
        label="neutral",
        face_share=(0.85, 1),
        confidence=(0.5, 0.7),
    ),
    Case("voice old, no face", (*_steady(2, None, _ANGRY), Phase(1.2)), label="angry", face_share=(0, 0), confidence=(0.2, 0.5)),
    Case(
        "voice cannot tell contempt",
        _steady(3, Says("contempt", 0.75), Says("neutral", 0.7, support=FOUR), speaking=0.4),
        label="contempt",
        face_share=(0.6, 0.8),
        confidence=(0.6, 0.8),
    ),
    Case(
        "voice cannot tell fear",
        _steady(3, Says("fear", 0.7), Says("angry", 0.6, support=FOUR), speaking=0.4),
        label="fear",
        face_share=(0.6, 0.8),
        confidence=(0.6, 0.8),
    ),
    Case("both unknown", _steady(3, Says("sad", 0.18), Says("angry", 0.3, support=FOUR)), label=None, face_share=None, confidence=(0, 0.3)),
    Case("face flips at every look", (Phase(4, turns=(_HAPPY, _ANGRY)),), label="happy", face_share=(1, 1), confidence=(0.3, 0.6)),
    Case(
        "another person comes",
        (*_steady(2, _HAPPY), Phase(0.5, _SAD, is_fresh=True)),
        label="sad",
        face_share=(1, 1),
        confidence=(0.7, 0.8),
    ),
    Case(
        "camera withdrawn, voice goes on",
        (*_LATER, Phase(0.5, None, _SAD, _TALKS, no_camera=True)),
        label="sad",
        face_share=(0, 0),
        confidence=(0.6, 0.8),
    ),
)


def explain(case: Case, moment: Moment) -> str:
    """In words, why the shares are as they are."""
    last = case.phases[-1]
    face, voice = moment.shares
    if moment.source is None:
        return "nothing is known any more: what was said is too old"
    if face + voice == 0:
        return "neither is surer than guessing, so neither counts and no label is told"
    if min(face, voice) < 0.005:
        winner, loser, other = ("face", "voice", last.voice) if face > voice else ("voice", "face", last.face)
        why = "is not surer than guessing" if other else "says nothing"
        return f"only the {winner} counts, the {loser} {why}{_standing(last, moment)}"
    winner = "face" if face >= voice else "voice"
    return f"both count, the {winner} more: {'; '.join(_reasons(last))}"


def _standing(phase: Phase, moment: Moment) -> str:
    """What else is to be said of one that counts alone."""
    if phase.turns:
        return "; it changes at every look, and the label waits"
    if phase.face is phase.voice is None:
        return f"; it is {moment.age_secs:.1f} s old, and fades"
    if phase.face and phase.face.quality < _BAD:
        return "; it is seen badly, too badly for a label" if moment.label is None else "; it is seen badly"
    return ""


def _reasons(phase: Phase) -> list[str]:
    """What decides between two that count."""
    reasons: list[str] = []
    face, voice = phase.face, phase.voice
    talks = phase.speaking >= 0.7
    if face and talks:
        reasons.append("the mouth talks, so the face is read without it" if face.mouthless else "the mouth talks, so the face counts less")
    if voice is None:
        reasons.append("nobody speaks any more, and what the voice said fades")
    if face and voice:
        shown = face.mouthless if talks and face.mouthless else face
        if face.quality < _BAD:
            reasons.append("the face is seen badly")
        if voice.quality < _BAD:
            reasons.append("the voice is heard badly")
        if shown.emotion == voice.emotion:
            reasons.append("they agree, which makes it surer")
        elif not voice.support >> NAMES.index(shown.emotion) & 1:
            reasons.append(f"the voice cannot tell {shown.emotion}, so it is no evidence against it")
        else:
            reasons.append("they contradict each other, which makes it less sure")
    return reasons
