"""How somebody feels, as a person wants to see it: the emotion that is held, valence and arousal, and what they are read off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rich.text import Text

from affectia import registry
from affectia.cli import gauges
from affectia.registry import Group, VoiceEvent
from affectia.wire.emotion_update import EmotionUpdate

NOT_TOLD: Final = "not told"
ROWS: Final = 2  # lines of a screen that it takes
_LABEL_CELLS: Final = 11
_HELD_CELLS: Final = 15  # the longest emotion, a blank, its number and two blanks
_LEAST_GAUGE_CELLS: Final = 7
_MOST_GAUGE_CELLS: Final = 21
_REST_CELLS: Final = 26  # for how sure, how old, and what else is heard
_OLD_SECS: Final = 0.5  # emotions are told a few times a second, so all are a little old


@dataclass(frozen=True, slots=True)
class FeelingReading:
    """One look at how somebody feels; None is what is not told.

    `held` is the emotion that is held and `score` its probability; `valence` and `arousal` are -1..1; `shares` are those of face and
    voice, 0..1; `confidence` 0..1 and `age_secs` are those of the group; `heard` are voice events beside speech.
    """

    held: str | None = None
    score: float | None = None
    valence: float | None = None
    arousal: float | None = None
    shares: tuple[float, float] | None = None
    confidence: float | None = None
    age_secs: float = 0.0
    heard: tuple[str, ...] = ()

    @staticmethod
    def of(update: EmotionUpdate) -> FeelingReading:
        """What an update says of it."""
        heard = tuple(name for name in update.heard() if name != registry.VOICE_EVENTS[VoiceEvent.SPEECH])
        if not update.is_valid(Group.EMOTION) or update.emotions is None:
            return FeelingReading(heard=heard)
        held = update.label()
        valence, arousal = (None, None) if update.affect is None else (n / registry.UNIT_AFFECT_I8 for n in update.affect[:2])
        shares = update.shares().tolist()
        level = (255, 0) if update.groups is None else update.groups[4 * Group.EMOTION + 1 : 4 * Group.EMOTION + 3]
        return FeelingReading(
            held=held,
            score=None if held is None else update.emotion_scores().get(held),
            valence=valence,
            arousal=arousal,
            shares=(shares[0], shares[1]) if shares else None,
            confidence=level[0] / registry.UNIT_WEIGHT_U8,
            age_secs=level[1] * registry.UNIT_AGE_MILLIS_PER_TICK / 1000,
            heard=heard,
        )

    def lines(self, cells: int, *, ascii_only: bool = False) -> list[Text]:
        """ROWS lines of at most `cells`, at least 58: what is felt, and what that is read off."""
        gauge_cells = min(_MOST_GAUGE_CELLS, (cells - _LABEL_CELLS - _HELD_CELLS - 30) // 2)
        felt = _labelled("feels").append_text(self._held())
        for name, value in (("valence", self.valence), ("arousal", self.arousal)):
            felt.append_text(_swing(name, value, gauge_cells, ascii_only=ascii_only)).append("  ")
        felt.rstrip()
        return [felt, self._origin(cells, ascii_only=ascii_only)]

    def brief(self) -> str:
        """The same in a few words, for a line of a log."""
        if self.valence is None or self.arousal is None:
            return f"feels {NOT_TOLD}"
        return f"feels {self.held or '-'}  valence {self.valence:+.2f}  arousal {self.arousal:+.2f}"

    def _held(self) -> Text:
        if self.valence is None and self.held is None:
            text = Text(NOT_TOLD, "dim")
        elif self.held is None:
            text = Text("nothing clear", "dim")
        else:
            text = Text.assemble((self.held, "bold"), "" if self.score is None else f" {self.score:.2f}")
        text.pad_right(max(0, _HELD_CELLS - text.cell_len))
        return text

    def _origin(self, cells: int, *, ascii_only: bool) -> Text:
        line = _labelled("read off")
        if self.shares is None:
            line.append(f"{NOT_TOLD}  ", "dim")
        else:
            bar_cells = min(_MOST_GAUGE_CELLS, max(_LEAST_GAUGE_CELLS, (cells - _LABEL_CELLS - 25 - _REST_CELLS) // 2))
            for name, share, style in zip(("face", "voice"), self.shares, (gauges.ACCENT, gauges.VOICE), strict=True):
                line.append(f"{name} ").append(f"{share:.2f} ", "bold")
                line.append_text(gauges.bar(share, bar_cells, ascii_only=ascii_only, style=style)).append("  ")
        rest = [Text(name, gauges.VOICE) for name in self.heard]
        if self.confidence is not None:
            old = [Text(f"{self.age_secs:.2f} s", "yellow")] if self.age_secs >= _OLD_SECS else []
            rest = [Text(f"{100 * self.confidence:3.0f} %"), *old, *rest]
        for part in rest:
            if line.cell_len + part.cell_len <= cells:  # a number is not cut, nor is a word
                line.append_text(part).append("  ")
        line.rstrip()
        return line


def _labelled(label: str) -> Text:
    return Text().append(f"{label:{_LABEL_CELLS}}", "dim")


def _swing(name: str, value: float | None, cells: int, *, ascii_only: bool) -> Text:
    """Name, number, and a gauge where there is room for one."""
    text = Text().append(f"{name} ")
    text.append("  -  " if value is None else f"{value:+.2f}", "dim" if value is None else "bold")
    if cells < _LEAST_GAUGE_CELLS:
        return text
    width = (cells - 1) // 2 * 2 + 1
    return text.append(" ").append_text(Text(" " * width) if value is None else gauges.swing(value, 1.0, width, ascii_only=ascii_only))
