"""`affectia eval viseme`: the mouth that our engine shows, against what was said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from affectia.cli.eval_common import (
    Dataset,
    JsonTo,
    Limit,
    Seed,
    exit_code,
    failures_table,
    model_store,
    percent,
    progress,
    stopped,
    write_json,
)  # fmt: skip
from affectia.cli.sidecar_process import ended_like_ctrl_c
from affectia.errors import CaptureError, ConfigError, ModelMissing
from affectia.evaluate.viseme.heard_visemes import HeardVisemes, NetworkVisemes, ours, speech_detector
from affectia.evaluate.viseme.reference import Clip
from affectia.evaluate.viseme.spoken_files import spoken_files
from affectia.evaluate.viseme.viseme_figures import VisemeFigures
from affectia.inference.own_weights import own_weights
from affectia.perception.voice.viseme_network import WEIGHTS

Model = Annotated[str, typer.Option(metavar="viseme|PATH", help="The network that comes with Affectia, or another ONNX file.")]


def viseme(
    context: typer.Context, dataset: Dataset, *, model: Model = "viseme", limit: Limit = None, seed: Seed = 1, as_json: JsonTo = None
) -> None:
    """Score the visemes on sentences with times: sound and TextGrid (LJ Speech, MFA), or film and .align (GRID).

    Where phones are known: right visemes, closures of the lips, timing. Where only words are: whether the mouth moves in them and is shut
    around them. The engine is fed as a file is; the network alone and the energy of the sound stand beside it.

    Example: affectia eval viseme LJSpeech-aligned --limit 50 --json viseme.json
    """
    path = own_weights(WEIGHTS) if model == "viseme" else Path(model)
    if not path.is_file():
        raise ModelMissing(f"viseme network is not there: {path}")
    if not dataset.is_dir():
        raise ConfigError(f"folder of a data set is not there, expected one: {dataset}")
    files = spoken_files(dataset)
    if limit is not None and limit < len(files):
        places = np.sort(np.random.default_rng(seed).choice(len(files), limit, replace=False))
        files = [files[place] for place in places]
    detector, notice = speech_detector(model_store(context))
    clips: list[Clip] = []
    failures: list[tuple[str, str]] = []
    rows: list[tuple[HeardVisemes | NetworkVisemes, VisemeFigures]] = []
    try:
        with ended_like_ctrl_c():
            with progress("reading", len(files)) as step:
                for file in files:
                    try:
                        clips.append(file.clip())
                    except CaptureError as error:
                        failures.append((file.name, str(error).rpartition(": ")[0]))
                    step()
            if not clips:
                raise CaptureError(f"none of {len(files)} sentences can be read, expected some; the first: {failures[0][1]}: {dataset}")
            systems = ours(path, detector)
            with progress("hearing", len(systems)) as step:
                for system in systems:
                    rows.append((system, VisemeFigures.of(clips, system.tracks(clips))))
                    step()
    except KeyboardInterrupt:
        raise stopped() from None
    if as_json is not None:
        write_json(as_json, _described(str(dataset), rows, failures, notice))
    if as_json != "-":
        console = Console(highlight=False)
        secs = sum(figures.secs for _system, figures in rows[:1])
        console.print(Text(f"{dataset.name}: {len(clips)} sentences, {secs:.0f} s; network: {path.name}"))
        if notice:
            console.print(Text(f"warning: {notice}", style="bold yellow"))
        console.print(figures_table(rows))
        if failures:
            console.print(failures_table(failures))
    raise typer.Exit(exit_code(failures))


def figures_table(rows: Sequence[tuple[HeardVisemes | NetworkVisemes, VisemeFigures]]) -> Table:
    """A column for each system, so that it fits a narrow screen; shares in per cent."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("")
    for system, _found in rows:
        table.add_column(system.name, justify="right")
    founds = [found for _system, found in rows]
    table.add_row("looks ahead, ms", *(str(system.look_ahead_ms) for system, _found in rows))
    if rights := [found.right for found in founds if found.right is not None]:
        table.add_row("right frames %", *(percent(right.accuracy) for right in rights))
        table.add_row("right frames of speech %", *(percent(right.speech_accuracy) for right in rights))
        table.add_row("UAR of 6 shapes of the mouth %", *(percent(right.balanced) for right in rights))
        table.add_row("PP recall / precision %", *(_both(right.closed.recall, right.closed.precision) for right in rights))
        table.add_row("FF recall / precision %", *(_both(right.lip_on_teeth.recall, right.lip_on_teeth.precision) for right in rights))
        table.add_row("onset, ms (+ is late)", *(_signed(right.onset_ms) for right in rights))
    if aheads := [found.ahead for found in founds if found.ahead is not None]:
        table.add_row("lead of the opening, ms (+ is early)", *(_signed(ahead.curve_ms) for ahead in aheads))
    if heards := [found.words for found in founds if found.words is not None]:
        table.add_row("moves in words %", *(percent(heard.moving) for heard in heards))
        table.add_row("shut before / after words %", *(_both(heard.shut_before, heard.shut_after) for heard in heards))
    table.add_row("open in silence %", *(percent(found.quiet.open_share) for found in founds))
    table.add_row("changes a second", *(f"{found.changes_hz:.1f}" for found in founds))
    return table


def _described(
    name: str,
    rows: Sequence[tuple[HeardVisemes | NetworkVisemes, VisemeFigures]],
    failures: Sequence[tuple[str, str]],
    notice: str,
) -> Mapping[str, Any]:
    return {
        "task": "viseme",
        "dataset": name,
        "notice": notice,
        "systems": {system.name: {"look_ahead_ms": system.look_ahead_ms, **found.described()} for system, found in rows},
        "failures": [{"file": file, "error": error} for file, error in failures],
    }


def _signed(value: float) -> str:
    return f"{value:+.0f}" if math.isfinite(value) else "-"


def _both(one: float, other: float) -> str:
    return f"{percent(one)} / {percent(other)}"
