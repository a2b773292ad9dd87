"""What a demo run came to, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from rich.table import Table
from rich.text import Text

from affectia.cli.action_units import LABELS
from affectia.cli.affect_recording import AffectCurves
from affectia.cli.feeling_figures import feeling_rows
from affectia.cli.recording import Curves
from affectia.cli.sidecar_status import SidecarStatus
from affectia.cli.speech_figures import JUMP_MILLIS, SpeechFigures, speech_figures

_UNITS: Final = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one run; `own_rate_hz` is the source's own rate, `take` and `plot` say where the files are, or why not."""

    source: str
    own_rate_hz: float | None
    own_rate_of: str
    curves: Curves
    affect: AffectCurves
    lost: int
    refused: int
    status: SidecarStatus | None
    take: str
    plot: str
    note: str = ""

    def rows(self) -> list[tuple[str, str]]:
        """(label, value) of every line."""
        curves = self.curves
        rows = [("source", self.source)]
        if self.own_rate_hz is not None:
            rows.append((f"the {self.own_rate_of}'s own rate", f"{self.own_rate_hz:.2f} frames/s"))
        rows += [
            ("frames received", f"{curves.count} in {curves.duration_secs:.1f} s = {curves.rate_hz:.2f} frames/s"),
            ("face found", self._found()),
            ("strongest units", self._units()),
            ("blinks", self._blinks()),
            *feeling_rows(self.affect, self.status),
            ("captured -> received", self._latency()),
            *self._speech_rows(),
            ("lost on the way", f"{self.lost} frames"),
        ]
        if self.status is not None:
            rows.append(("skipped by the sidecar", f"{self.status.dropped} of {self.status.captured} pictures"))
        rows += [
            ("refused messages", str(self.refused)),
            ("message body", f"{np.median(curves.body_bytes):.0f} bytes typical, {curves.body_bytes.max()} at most (topic apart)"),
            ("take", self.take),
            ("plot", self.plot),
        ]
        return rows + ([("note", self.note)] if self.note else [])

    def _found(self) -> str:
        frames = f"{100 * self.curves.found_share:.1f} % of the frames"
        if self.status is None or not self.status.perceived:
            return frames
        share = self.status.with_face / self.status.perceived
        return f"{100 * share:.1f} % of the {self.status.perceived} pictures looked at ({frames})"

    def _units(self) -> str:
        if not np.isfinite(self.affect.units).any():
            return "not measured"
        return ", ".join(f"{LABELS[place]} {strength:.2f}" for place, strength in self.affect.strongest(_UNITS)) or "none: a face at rest"

    def _blinks(self) -> str:
        blinks = self.affect.blinks
        if blinks is None:
            return "not measured"
        last = f"; the last one lasted {blinks.last_millis} ms" if blinks else ""
        return f"{blinks.both}, winks {blinks.left_winks} left, {blinks.right_winks} right{last}"

    def _latency(self) -> str:
        p50, p95, highest = (self.curves.latency_percentile(percent) for percent in (50, 95, 100))
        if p50 is None or p95 is None or highest is None:
            return "not known: no frame shows a face"
        return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {highest:.1f} ms"

    def _speech_rows(self) -> list[tuple[str, str]]:
        status = self.status
        figures = speech_figures(self.curves, self.affect, audio_rate_hz=None if status is None else status.audio_rate_hz)
        if figures is None:
            return []
        spoken = "not known" if figures.speaking_share is None else f"{100 * figures.speaking_share:.1f} % of the time"
        share = figures.by_voice_count / self.curves.count
        return [
            ("somebody speaks", spoken),
            ("mouth by the voice", f"{figures.by_voice_count} of {self.curves.count} frames = {100 * share:.1f} %"),
            ("visemes", _changes(figures)),
            ("mouth in silence", _silence(figures)),
            ("sound", _continuity(figures, status)),
            ("heard -> published", _sound_delay(figures, status)),
        ]

    def __rich__(self) -> Table:
        """Two columns without lines; long paths are folded, never cut."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, style="dim")
        table.add_column(overflow="fold")
        for label, value in self.rows():
            table.add_row(Text(label), Text(value, "yellow" if label == "note" else ""))
        return table


def _changes(figures: SpeechFigures) -> str:
    if figures.changes_per_sec is None:
        return "none: the mouth was never the voice's"
    return f"{figures.visemes_seen} seen, {figures.changes_per_sec:.1f} changes/s while the mouth is the voice's"


def _silence(figures: SpeechFigures) -> str:
    if not figures.silent_count:
        return "nobody was silent"
    own = figures.silent_by_voice_count
    faces = figures.silent_count - own
    parts = [] if figures.silent_shut_share is None else [f"shut in {100 * figures.silent_shut_share:.1f} % of {own} frames"]
    return ", ".join(parts + ([f"the face's in {faces} frames"] if faces else []))


def _continuity(figures: SpeechFigures, status: SidecarStatus | None) -> str:
    lost = "" if status is None else f"{status.sound_lost} blocks lost; "
    if status is None or figures.jump_count is None:
        return f"{lost}audio_sample: {figures.backward_count} steps back"
    jumps = f"{figures.jump_count} jumps over {JUMP_MILLIS:.0f} ms, {figures.backward_count} steps back"
    return f"{lost}audio_sample at {status.audio_rate_hz} Hz: {jumps}"


def _sound_delay(figures: SpeechFigures, status: SidecarStatus | None) -> str:
    if figures.delay_p50_millis is None or figures.delay_p95_millis is None:
        return "not known: the mouth was never the voice's"
    found = f"p50 {figures.delay_p50_millis:.1f} ms, p95 {figures.delay_p95_millis:.1f} ms after the newest sound"
    if status is None or status.look_ahead_millis is None:
        return found
    return f"{found}; delay the sound by {status.look_ahead_millis} ms"
