"""The live screen of `affectia demo` and `affectia watch`: a picture in text of one Reading, 80 x 24 and up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from affectia import registry
from affectia.cli import feeling, gauges
from affectia.cli.action_units import LABEL_CELLS
from affectia.cli.monitor import GroupReading, Reading, VisemeReading
from affectia.cli.sidecar_status import SidecarStatus
from affectia.client import Blinks
from affectia.registry import Group

_SHAPE_CELLS: Final = 19  # mouthLowerDownRight
_LEAST_BAR_CELLS: Final = 8
_MIN_WIDTH: Final = 60
_MAX_WIDTH: Final = 120
_WIDE: Final = 110  # from here on shapes and action units stand side by side
_RIGHT_CELLS: Final = 35  # of a wide screen
_USUAL_HEIGHT: Final = 24
_OTHER_LINES: Final = 7 + feeling.ROWS  # title, rules, metrics, other avatars, what is felt, hint
_MOST_ROWS: Final = 12
_VISEME_COLUMNS: Final = 3  # the lips and teeth, the tongue, the vowels
_VISEME_ROWS: Final = 1 + len(registry.VISEMES) // _VISEME_COLUMNS  # with their heading
_VISEME_NAME_CELLS: Final = 4
_LEAST_UNITS: Final = 4  # fewer are not worth a heading
_USUAL_AGE_SECS: Final = 0.1  # a sound is heard a little later than its picture is seen
_HEAD_LIMIT_DEG: Final = 45.0
_GAZE_LIMIT_DEG: Final = 30.0
_EMOTION: Final = registry.GROUPS[Group.EMOTION]
_NOT_MEASURED: Final = "not measured"
_MOUTH_SHAPES: Final = frozenset(
    name for name, group in zip(registry.BLENDSHAPES, registry.BLENDSHAPE_GROUPS, strict=True) if group == Group.MOUTH
)
_ASCII: Final = str.maketrans({"─": "-", "·": "-", "°": " ", "●": "*", "○": "-", "…": "."})


def rows_that_fit(width: int, height: int, *, voice: bool = False) -> tuple[int, int]:
    """How many blendshapes and how many action units a screen of `width` x `height` cells has room for, beside a voice's visemes or
    without.
    """
    rows = _rows(height)
    if width >= _WIDE:
        return min(_MOST_ROWS, rows), min(_MOST_ROWS, rows - _VISEME_ROWS * voice)
    rows -= _VISEME_ROWS * voice
    units = min(_MOST_ROWS, (rows - 1) * 3 // 7)
    if units < _LEAST_UNITS:
        return min(rows_that_fit(width, height)[0], rows), 0
    return min(_MOST_ROWS, rows - 1 - units), units


def _rows(height: int) -> int:
    """How many lines there are below the first heading."""
    return max(_USUAL_HEIGHT, height) - 1 - _OTHER_LINES - 1  # the terminal's last line, and the heading


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
        for line in self.lines(width, options.height or _USUAL_HEIGHT, ascii_only=options.ascii_only):
            if options.ascii_only:
                line = _plain(line)
            line.truncate(options.max_width)
            yield line

    def lines(self, width: int, height: int = _USUAL_HEIGHT, *, ascii_only: bool = False) -> list[Text]:
        """The screen, line by line, each at most `width` cells; fewer than `height` lines where that is possible at all."""
        inner = width - 2
        wide = width >= _WIDE
        right_cells = _RIGHT_CELLS if wide else inner - 3 - (inner - 3) * 55 // 100
        left_cells = inner - 3 - right_cells
        shape_cells = (left_cells - 3 + _SHAPE_CELLS - LABEL_CELLS) // 2 if wide else left_cells
        second_cells = left_cells - 3 - shape_cells if wide else left_cells
        felt = self._feeling_lines(inner, ascii_only=ascii_only)
        rows = _rows(height)
        shape_rows, unit_rows = rows_that_fit(width, height)
        visemes = self._viseme_lines(second_cells, ascii_only=ascii_only)
        shapes = self._shape_lines(shape_cells, min(shape_rows, rows if wide else rows - len(visemes)), ascii_only=ascii_only)
        left_rows = rows if wide else rows - len(shapes)
        units = self._unit_lines(second_cells, min(unit_rows, left_rows - len(visemes)), ascii_only=ascii_only)
        left = _columns(shapes, units + visemes, shape_cells + 3) if wide else shapes + units + visemes
        right = self._right_lines(right_cells, rows + 1 + feeling.ROWS - len(felt), ascii_only=ascii_only)
        lines = [self._title_line(inner), Text("─" * inner, "dim"), *self._metric_lines(left_cells + 3), *felt, self._others_line(inner)]
        lines += _columns(left, right, left_cells + 3)
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

    def _feeling_lines(self, cells: int, *, ascii_only: bool) -> list[Text]:
        affect = self.reading.affect
        return [] if affect is None or affect.feeling is None else affect.feeling.lines(cells, ascii_only=ascii_only)

    def _others_line(self, cells: int) -> Text:
        others = self.reading.other_avatars
        if not others:
            return Text()
        line = _metric("also here", ", ".join(others))
        hint = "   `affectia watch NAME` shows one"
        line.truncate(cells - len(hint), overflow="ellipsis")
        return line.append(hint, "dim")

    def _shape_lines(self, cells: int, rows: int, *, ascii_only: bool) -> list[Text]:
        lines = [Text("most active blendshapes", "dim")]
        name_cells = _name_cells(cells, _SHAPE_CELLS if cells < LABEL_CELLS + 18 or self.reading.affect is None else LABEL_CELLS)
        return lines + [
            _bar_line(name, name_cells, weight, cells, ascii_only=ascii_only, style=self._style_of(name))
            for name, weight in self.reading.shapes[:rows]
        ]

    def _style_of(self, shape: str) -> str:
        """A mouth that a voice moves has the voice's colour."""
        mouth = self.reading.mouth
        return gauges.VOICE if shape in _MOUTH_SHAPES and mouth is not None and mouth.is_a_voices else gauges.ACCENT

    def _unit_lines(self, cells: int, rows: int, *, ascii_only: bool) -> list[Text]:
        affect = self.reading.affect
        if affect is None or rows <= 0:
            return []
        if not affect.units:
            return [Text("action units", "dim"), Text(_NOT_MEASURED, "dim")]
        name_cells = _name_cells(cells, LABEL_CELLS)
        units = [_bar_line(name, name_cells, value, cells, ascii_only=ascii_only) for name, value in affect.units[:rows]]
        return [Text("strongest action units", "dim"), *units]

    def _viseme_lines(self, cells: int, *, ascii_only: bool) -> list[Text]:
        """Column by column; the faint part of a bar is where it was a moment ago."""
        visemes = self.reading.visemes
        if not visemes:
            return []
        look_ahead_millis = None if self.status is None else self.status.look_ahead_millis
        heading = "visemes" if look_ahead_millis is None else f"visemes, delay the sound by {look_ahead_millis} ms"
        if len(heading) > cells:
            heading = f"visemes, sound +{look_ahead_millis} ms"
        column_cells = (cells - 2 * (_VISEME_COLUMNS - 1)) // _VISEME_COLUMNS
        dominant = self.reading.viseme[0] if self.reading.viseme else ""
        bars = [_viseme_bar(each, column_cells, is_dominant=each.name == dominant, ascii_only=ascii_only) for each in visemes]
        rows = -(-len(bars) // _VISEME_COLUMNS)
        return [Text(heading, "dim"), *(Text("  ").join(bars[row::rows]) for row in range(rows))]

    def _right_lines(self, cells: int, rows: int, *, ascii_only: bool) -> list[Text]:
        """At most `rows` lines, where that is possible without leaving anything out."""
        reading, affect = self.reading, self.reading.affect
        turns = zip(("yaw", "pitch", "roll"), reading.head_deg or (None, None, None), strict=True)
        lines = [_angle_line("head", name, angle, _HEAD_LIMIT_DEG, cells, ascii_only=ascii_only) for name, angle in turns]
        if affect is not None:
            angles = zip(("across", "up"), affect.gaze_deg or (None, None), strict=True)
            lines += [_angle_line("gaze", name, angle, _GAZE_LIMIT_DEG, cells, ascii_only=ascii_only) for name, angle in angles]
            lids = zip(("left", "right"), affect.lids or (None, None), strict=True)
            lines += [_share_line(f"lids {name:6}", shut, cells, ascii_only=ascii_only) for name, shut in lids]
            lines.append(_blink_line(affect.blinks, cells))
            if affect.speaking is not None:
                lines.append(_share_line("speaks", affect.speaking, cells, ascii_only=ascii_only, style=gauges.VOICE))
        feels = affect is not None and affect.feeling is not None
        if not (feels and reading.visemes):  # else the strongest stands out among all of them
            viseme = "-" if reading.viseme is None else f"{reading.viseme[0]:3} {reading.viseme[1]:.2f}"
            lines.append(_metric("viseme", viseme, label_cells=8))
        # What is felt has lines of its own.
        groups = [_group_line(group) for group in reading.groups if not (feels and group.name == _EMOTION)]
        heading = [Text("groups", "dim")] if len(lines) + 1 + len(groups) <= rows else []
        return lines + heading + groups


def _name_cells(cells: int, wanted: int) -> int:
    """Room for a name in a line with a bar; a name is cut rather than the bar."""
    return min(wanted, cells - 6 - _LEAST_BAR_CELLS)


def _bar_line(name: str, name_cells: int, value: float | None, cells: int, *, ascii_only: bool, style: str = gauges.ACCENT) -> Text:
    """Name, bar, number: `cells` in all."""
    label = Text(f"{name:{name_cells}.{name_cells}} ", "dim" if value is None else "")
    if value is None:
        return label.append(_NOT_MEASURED, "dim")
    return label.append_text(gauges.bar(value, cells - name_cells - 6, ascii_only=ascii_only, style=style)).append(f" {value:.2f}", "bold")


def _angle_line(part: str, name: str, angle_deg: float | None, limit_deg: float, cells: int, *, ascii_only: bool) -> Text:
    """Name, number, gauge: at most `cells` in all."""
    if angle_deg is None:
        return Text(f"{part} {name:6} {_NOT_MEASURED}", "dim")
    gauge = gauges.swing(angle_deg, limit_deg, (cells - 21) // 2 * 2 + 1, ascii_only=ascii_only)
    return Text.assemble(f"{part} {name:6} ", (f"{f'{angle_deg:+.1f}°':>7} ", "bold")).append_text(gauge)


def _share_line(label: str, value: float | None, cells: int, *, ascii_only: bool, style: str = gauges.ACCENT) -> Text:
    """As an angle's line, so that their columns are one."""
    if value is None:
        return Text(f"{label:11} {_NOT_MEASURED}", "dim")
    bar = gauges.bar(value, (cells - 21) // 2 * 2 + 1, ascii_only=ascii_only, style=style)
    return Text.assemble(f"{label:11} ", (f"{value:6.2f}  ", "bold")).append_text(bar)


def _viseme_bar(viseme: VisemeReading, cells: int, *, is_dominant: bool, ascii_only: bool) -> Text:
    name = f"{viseme.name:{_VISEME_NAME_CELLS}.{_VISEME_NAME_CELLS}}"
    bar = gauges.bar(viseme.weight, cells - _VISEME_NAME_CELLS, ascii_only=ascii_only, style=gauges.VOICE, trail=viseme.trail)
    return Text.assemble((name, f"bold {gauges.VOICE}" if is_dominant else ""), bar)


def _blink_line(blinks: Blinks | None, cells: int) -> Text:
    if blinks is None:
        return Text(f"blinks  {_NOT_MEASURED}", "dim")
    left, right = (" left ", " right") if cells >= 34 else (" l ", " r")
    winks = (("  winks ", "dim"), (f"{blinks.left_winks}", "bold"), left, (f"{blinks.right_winks}", "bold"), right)
    return _metric("blinks", str(blinks.both), label_cells=8).append_text(Text.assemble(*winks))


def _group_line(group: GroupReading) -> Text:
    if not group.valid:
        return Text.assemble(("○ ", "dim"), (f"{group.name:8} not valid", "dim"))
    spoken = group.is_a_voices
    line = Text.assemble(("● ", gauges.VOICE if spoken else "green"), f"{group.name:8} ")
    line.append(f"{group.source:9}", f"bold {gauges.VOICE}" if spoken else "").append(f"{100 * group.confidence:3.0f} %")
    if not group.age_secs:
        return line
    return line.append(f" {group.age_secs:.2f} s", "dim" if spoken and group.age_secs < _USUAL_AGE_SECS else "yellow")


def _columns(left: list[Text], right: list[Text], column: int) -> list[Text]:
    return [_beside(one, other, column) for one, other in zip_longest(left, right, fillvalue=Text())]


def _metric(label: str, value: str, *, label_cells: int = 11) -> Text:
    return Text.assemble((f"{label:{label_cells}}", "dim"), (value, "bold"))


def _beside(left: Text, right: Text, column: int) -> Text:
    line = Text().append_text(left)  # a copy would give the left one's style to all of the line
    line.pad_right(max(1, column - left.cell_len))
    return line.append_text(right)


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
    line = f"{dashboard.elapsed_secs:4.0f} s  {reading.rate_hz:6.2f} frames/s  latency {latency}  face {found}  lost {dashboard.lost}"
    affect = reading.affect
    felt = "" if affect is None or affect.feeling is None else f"  {affect.feeling.brief()}"
    speaking = None if affect is None else affect.speaking
    if speaking is None:
        return line + felt
    viseme = "-" if reading.viseme is None else f"{reading.viseme[0]} {reading.viseme[1]:.2f}"
    mouth = "-" if reading.mouth is None or not reading.mouth.valid else reading.mouth.source
    return f"{line}  speaks {100 * speaking:.0f} %  mouth {mouth}  viseme {viseme}{felt}"
