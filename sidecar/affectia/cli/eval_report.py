"""What came of evaluating emotions, as tables for people."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectia import registry
from affectia.cli.eval_common import decimal, failures_table, percent
from affectia.evaluate.affect_figures import AXES, AffectFigures
from affectia.evaluate.emotion_figures import EmotionFigures
from affectia.evaluate.emotion_run import EmotionRun, View
from affectia.evaluate.group_figures import LEAST_COUNT, GroupGap

_FEW_GROUPS: Final = 6  # more than these are not listed one by one


def print_report(
    console: Console, run: EmotionRun, *, heading: Sequence[str], low_valence: Sequence[str], warnings: Sequence[str] = ()
) -> None:
    """Everything: warnings first, for they change what the rest means."""
    for line in heading:
        console.print(Text(line), soft_wrap=True)
    for warning in warnings:
        console.print(Text(f"warning: {warning}", style="bold yellow"), soft_wrap=True)
    if run.left_out:
        console.print(Text(f"left out: {left_out_words(run.left_out)}"), soft_wrap=True)
    for view in run.views:
        if view.unreached:
            rest = f"; in the others {view.unreached}" if view.coverage < 1 else ""
            console.print(Text(f"{view.name}: coverage {percent(view.coverage)} %{rest}"), soft_wrap=True)
    figures = [(view, EmotionFigures.of(view.answers)) for view in run.views]
    console.print(summary_table(figures))
    view, first = figures[0]
    console.print(class_table(view, first))
    console.print(confusion_table(view, first))
    console.print(affect_table([(each, AffectFigures.of(each.answers, low_valence=low_valence)) for each in run.views]))
    for gap in view.gaps:
        console.print(gap_table(view, gap))
    if run.failures:
        console.print(failures_table(run.failures))


def left_out_words(left_out: Mapping[str, int]) -> str:
    """`81 boredom, 12 songs`."""
    return ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items(), key=lambda one: (-one[1], one[0])))


def summary_table(figures: Sequence[tuple[View, EmotionFigures]]) -> Table:
    """A column for each view, so that it fits a narrow screen; shares in per cent. Rows that no view has anything for are not there."""
    table = _table("", "", *(view.name for view, _found in figures))
    founds = [found for _view, found in figures]
    durations = [view.durations for view, _found in figures]
    differ = any(found.accuracy_among != found.accuracy for found in founds)
    votes = [(found.vote_log_loss, found.vote_entropy) for found in founds]
    rows: list[tuple[str, list[str]]] = [
        ("items", [str(found.count) for found in founds]),
        ("accuracy (WA) %", [percent(found.accuracy) for found in founds]),
        ("UAR (UA) %", [percent(found.uar) for found in founds]),
        ("macro-F1 %", [percent(found.macro_f1) for found in founds]),
        ("ECE", [decimal(found.ece) for found in founds]),
        ("mean confidence %", [percent(found.confidence) for found in founds]),
        ("log loss", [decimal(found.log_loss) for found in founds]),
    ]
    if differ:  # otherwise the network told nothing else
        rows.append(("accuracy among the labels' emotions %", [percent(found.accuracy_among) for found in founds]))
        rows.append(("UAR among the labels' emotions %", [percent(found.uar_among) for found in founds]))
    if any(loss is not None for loss, _entropy in votes):
        rows.append(("log loss against all votes", [decimal(loss) if loss is not None else "-" for loss, _entropy in votes]))
        rows.append(("  the votes' own entropy", [decimal(least) if least is not None else "-" for _loss, least in votes]))
    rows.append(("ms p50", [f"{one.percentile_ms(50):.1f}" for one in durations]))
    rows.append(("ms p95", [f"{one.percentile_ms(95):.1f}" for one in durations]))
    for name, cells in rows:
        table.add_row(name, *cells)
    return table


def class_table(view: View, found: EmotionFigures) -> Table:
    """A row for each emotion among the labels."""
    table = _table(f"emotions: {view.name}", "emotion", "items", "recall", "precision", "F1")
    for name, values in found.by_class().items():
        table.add_row(name, str(values["count"]), *(percent(values[key]) for key in ("recall", "precision", "f1")))
    return table


def confusion_table(view: View, found: EmotionFigures) -> Table:
    """Row: label; column: what was told, in per cent of the row; emotions that neither occur nor are told stand nowhere."""
    names = registry.EMOTIONS
    told = [place for place in range(len(names)) if found.counts[:, place].any() or found.counts[place].any()]
    table = _table(f"confusions: {view.name}; row: label, column: told, in %", "label", *(names[place] for place in told))
    for row in told:
        total = int(found.counts[row].sum())
        if total:
            shares = [100 * int(found.counts[row, place]) / total for place in told]
            cells = (Text(f"{share:.0f}", style="bold" if row == place else "") for share, place in zip(shares, told, strict=True))
            table.add_row(names[row], *cells)
    return table


def affect_table(figures: Sequence[tuple[View, AffectFigures]]) -> Table:
    """How far valence and arousal separate what they should, and how far they move inside one label; a column for each view."""
    founds = [found for _view, found in figures]
    table = _table(f"valence, arousal, dominance ({founds[0].method.name.lower()})", "", *(view.name for view, _found in figures))
    for place, separation in enumerate(founds[0].separations):
        if separation.high and separation.low:
            table.add_row(f"AUC of {separation.words}", *(decimal(found.separations[place].area) for found in founds))
    for place, axis in enumerate(AXES[:2]):
        table.add_row(f"spread of {axis} inside a told label", *(decimal(found.spreads[place]) for found in founds))
    for place, axis in enumerate(AXES):
        if any(math.isfinite(found.agreement[place]) for found in founds):
            table.add_row(f"CCC of {axis} with people", *(decimal(found.agreement[place]) for found in founds))
    return table


def gap_table(view: View, gap: GroupGap) -> Table:
    """Groups of one kind; of many only the worst and the best."""
    counted = gap.counted
    apart = f"UAR apart by {100 * gap.gap:.1f} points" if math.isfinite(gap.gap) else "too few of each group to compare their UAR"
    table = _table(f"{gap.kind}: {view.name}, {apart}", gap.kind, "items", "accuracy (WA)", "UAR (UA)")
    shown = gap.groups if len(gap.groups) <= _FEW_GROUPS else (*counted[:1], *counted[1:][-1:])
    for group in shown:
        few = "" if group.count >= LEAST_COUNT else f" (fewer than {LEAST_COUNT})"
        table.add_row(group.value, f"{group.count}{few}", percent(group.accuracy), percent(group.uar))
    if len(shown) < len(gap.groups):
        table.add_row(f"and {len(gap.groups) - len(shown)} between these, or small", "", "", "", style="dim")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right", no_wrap=False)
    return table
