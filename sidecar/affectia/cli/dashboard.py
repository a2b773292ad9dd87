"""The live screen of `affectia demo` and `affectia watch`: a picture in text of one Reading, 80 x 24 and up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from affectia.cli import gauges
from affectia.cli.monitor import GroupReading, Reading
from affectia.cli.sidecar_status import SidecarStatus

_NAME_CELLS: Final = 19  # mouthLowerDownRight
_SHAPE_ROWS: Final = 10
_MIN_WIDTH: Final = 60
_MAX_WIDTH: Final = 120
_HEAD_LIMIT_DEG: Final = 45.0
_ASCII: Final = str.maketrans({"─": "-", "·": "-", "°": " ", "●": "*", "○": "-", "→": ">"})


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What is on the screen; a rich renderable.

    `own_rate_hz` is the rate that the source itself has, `seconds` how long it is going to last (0: until it is stopped), `lost` the
    frames that did not arrive, `status` what the sidecar says of itself, `note` a sentence that must be seen, `hint` one that may be.
    """

    title: str
    source: str
    elapsed_secs: float
    reading: Reading
    own_rate_hz: float | None = None
    own_rate_of: str = "source"
    seconds: float = 0.0
    lost: int = 0
    status: SidecarStatus | None = None
    note: str = ""
    hint: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the lines out for the width and the signs that the terminal has."""
        width = max(_MIN_WIDTH, min(_MAX_WIDTH, options.max_width))
        for line in self.lines(width, ascii_only=options.ascii_only):
            if options.ascii_only:
                line = _plain(line)
            line.truncate(options.max_width)
            yield line

    def lines(self, width: int, *, ascii_only: bool = False) -> list[Text]:
        """The screen, line by line, each at most `width` cells."""
        inner = width - 2
        left_cells = (inner - 3) * 55 // 100
        body = zip_longest(
            self._shape_lines(left_cells, ascii_only=ascii_only),
            self._right_lines(inner - 3 - left_cells, ascii_only=ascii_only),
            fillvalue=Text(),
        )
        lines = [self._title_line(inner), Text("─" * inner, "dim"), *self._metric_lines(left_cells + 3), Text()]
        lines += [_beside(left, right, left_cells + 3) for left, right in body]
        lines += [Text("─" * inner, "dim"), Text(self.note, "yellow") if self.note else Text(self.hint, "dim")]
        return [Text(" ").append_text(line) for line in lines]

    def _title_line(self, cells: int) -> Text:
        time = _clock(self.elapsed_secs) + (f" of {_clock(self.seconds)}" if self.seconds else "")
        title = Text.assemble((self.title, "bold"), "  ")
        source = Text(self.source)
        source.truncate(max(8, cells - title.cell_len - len(time) - 2), overflow="ellipsis")
        return _beside(title.append_text(source), Text(time), cells - len(time))

    def _metric_lines(self, second_column: int) -> list[Text]:
        reading = self.reading
        own = f" (the {self.own_rate_of} has {self.own_rate_hz:.2f})" if self.own_rate_hz else ""
        p50, p95 = reading.latency_p50_millis, reading.latency_p95_millis
        latency = "-" if p50 is None or p95 is None else f"p50 {p50:.1f} ms  p95 {p95:.1f} ms"
        found = "-" if reading.found_share is None else f"{100 * reading.found_share:.1f} %"
        rate = _metric("frame rate", f"{reading.rate_hz:.2f}/s").append(own, "dim")
        return [
            _beside(rate, _metric("face found", found), second_column),
            _beside(_metric("latency", latency), _metric("dropped", self._dropped()), second_column),
        ]

    def _dropped(self) -> str:
        if self.status is None:
            return f"{self.lost} lost"
        return f"{self.lost} lost, {self.status.dropped} skipped"

    def _shape_lines(self, cells: int, *, ascii_only: bool) -> list[Text]:
        bar_cells = cells - _NAME_CELLS - 6
        lines = [Text("most active blendshapes", "dim")]
        for name, weight in self.reading.shapes[:_SHAPE_ROWS]:
            line = Text(f"{name:{_NAME_CELLS}.{_NAME_CELLS}} ")
            lines.append(line.append_text(gauges.bar(weight, bar_cells, ascii_only=ascii_only)).append(f" {weight:.2f}", "bold"))
        return lines

    def _right_lines(self, cells: int, *, ascii_only: bool) -> list[Text]:
        reading = self.reading
        gauge_cells = (cells - 15) // 2 * 2 + 1
        lines = [Text("head", "dim")]
        for name, angle in zip(("yaw", "pitch", "roll"), reading.head_deg or (None, None, None), strict=True):
            number = "-" if angle is None else f"{angle:+.1f}°"
            gauge = gauges.swing(
                angle or 0.0, _HEAD_LIMIT_DEG, gauge_cells, ascii_only=ascii_only, style="dim" if angle is None else "cyan"
            )
            lines.append(Text.assemble(f"{name:6}", (f"{number:>7} ", "bold")).append_text(gauge))
        viseme = "-" if reading.viseme is None else f"{reading.viseme[0]:3} {reading.viseme[1]:.2f}"
        lines += [_metric("viseme", viseme, label_cells=8), Text(), Text("groups", "dim")]
        return lines + [_group_line(group) for group in reading.groups]


def _group_line(group: GroupReading) -> Text:
    if not group.valid:
        return Text.assemble(("○ ", "dim"), (f"{group.name:8} not valid", "dim"))
    line = Text.assemble(("● ", "green"), f"{group.name:8} {group.source:9}{100 * group.confidence:3.0f} %")
    return line.append(f" {group.age_secs:.2f} s", "yellow") if group.age_secs else line


def _metric(label: str, value: str, *, label_cells: int = 11) -> Text:
    return Text.assemble((f"{label:{label_cells}}", "dim"), (value, "bold"))


def _beside(left: Text, right: Text, column: int) -> Text:
    left = left.copy()
    left.pad_right(max(1, column - left.cell_len))
    return left.append_text(right)


def _plain(line: Text) -> Text:
    """The same in ASCII, for terminals that have nothing else."""
    return Text(line.plain.translate(_ASCII).encode("ascii", "replace").decode(), spans=line.spans)


def _clock(secs: float) -> str:
    minutes, rest = divmod(int(secs), 60)
    return f"{minutes:02}:{rest:02}"


def progress_line(dashboard: Dashboard) -> str:
    """The same in one line, for logs and pipes."""
    reading = dashboard.reading
    p50, p95 = reading.latency_p50_millis, reading.latency_p95_millis
    latency = "-" if p50 is None or p95 is None else f"p50 {p50:.1f} p95 {p95:.1f} ms"
    found = "-" if reading.found_share is None else f"{100 * reading.found_share:.1f} %"
    return f"{dashboard.elapsed_secs:4.0f} s  {reading.rate_hz:6.2f} frames/s  latency {latency}  face {found}  lost {dashboard.lost}"
