"""`affectia demo npc`: an avatar that nobody drives, performing a script; a take, a plot and the script are left of it."""

from __future__ import annotations

import dataclasses
import time
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from affectia import registry
from affectia.bake.bake_voice import BakeVoice
from affectia.bake.performance import CLIP, Performance, hear_lines, perform
from affectia.bake.performance_reader import LEAST_SECS, LONGEST_SECS, load_script, read_script
from affectia.bake.performance_script import PerformanceScript
from affectia.bake.whole_file import write_whole
from affectia.cli import curves_plot
from affectia.cli.demo_models import bring, hearing_gap
from affectia.cli.demo_npc_plot import write_npc_plot
from affectia.cli.recording import Curves, Recording
from affectia.client import ReceivedFrame
from affectia.clock import NANOS_PER_SEC, SystemClock
from affectia.errors import ConfigError, ModelError, ModelUnavailable
from affectia.inference.model_store import ModelStore
from affectia.inference.onnx_session import RUNTIME
from affectia.session.voice_spec import VoiceSpec
from affectia.store.take_csv import write_take

BUILT_IN: Final = "demo_npc.toml"
_BLINK: Final = 0.5
_LIDS: Final = (registry.BLENDSHAPES.index("eyeBlinkLeft"), registry.BLENDSHAPES.index("eyeBlinkRight"))


def demo_npc(
    models: ModelStore,
    console: Console,
    *,
    script: Path | None = None,
    seed: int | None = None,
    seconds: float | None = None,
    out: Path | None = None,
) -> None:
    """Perform a script, the built-in one where none is named; the same script and seed leave the same bytes.

    Raises ConfigError for a script that is none or a folder that cannot be made, ModelError for a clip that does not come.
    """
    chosen = npc_script(script, seed=seed, seconds=seconds)
    folder = out or Path("out") / time.strftime("demo-npc-%Y%m%d-%H%M%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)  # now, and not when everything is done
    except OSError as error:
        reason = str(error.strerror or type(error).__name__).lower()
        raise ConfigError(f"output folder cannot be made ({reason}), expected a place to write to: {folder}") from None
    notes = bring_clips(chosen, models, console)
    clock = SystemClock()
    spoken = hear_lines(chosen, voice=BakeVoice(models), models=models, folder=Path() if script is None else script.parent)
    began_nanos = clock.now_nanos()
    performance = perform(chosen, spoken)
    took_secs = (clock.now_nanos() - began_nanos) / NANOS_PER_SEC
    notes += [f"{each.line.sound or each.line.timing}: {notice}" for each in spoken for notice in each.voice.notices]
    curves = curves_of(performance)
    write_take(folder / "take.csv", curves.take, rate_hz=chosen.rate_hz)
    write_whole(folder / "script.json", chosen.text().encode())
    plot = "none: matplotlib is not installed, `pip install affectia[demo]` brings it"
    if curves_plot.can_plot():
        write_npc_plot(folder / "plot.png", performance, curves)
        plot = str(folder / "plot.png")
    console.print(_summary(performance, curves, folder, plot=plot, took_secs=took_secs, notes=notes))


def npc_script(path: Path | None, *, seed: int | None, seconds: float | None) -> PerformanceScript:
    """A script with what is chosen besides; ConfigError, with the path last, where it is none."""
    built_in = resources.files("affectia.cli") / BUILT_IN
    found = read_script(built_in.read_bytes()) if path is None else load_script(path)
    if seed is not None:
        found = dataclasses.replace(found, seed=seed)
    if seconds is None:
        return found
    if not LEAST_SECS <= seconds <= LONGEST_SECS:
        raise ConfigError(f"--seconds is {seconds:g}, expected {LEAST_SECS:g} to {LONGEST_SECS:g} for a script")
    return found.within(seconds)


def bring_clips(script: PerformanceScript, models: ModelStore, console: Console, *, runtime: str = RUNTIME) -> list[str]:
    """Fetch the clips that lines are spoken with; what they are not heard well for want of, in words. `runtime` runs the networks.

    Raises ModelUnavailable for a clip that does not come.
    """
    notes: list[str] = []
    for sound in dict.fromkeys(line.sound for line in script.lines if line.sound):
        clip = sound.removeprefix(CLIP) if sound.startswith(CLIP) else None
        if clip is not None:
            try:
                bring(clip, models, console)
            except ModelError:  # its message has a line for each source that did not deliver
                what_next = f"`affectia models pull {clip}` says why, --script FILE performs something else"
                raise ModelUnavailable(f"spoken line did not come; {what_next}: {clip}") from None
        spec = VoiceSpec("file") if clip is None else VoiceSpec("clip", clip_id=clip)
        if (gap := hearing_gap(spec, models, console, runtime=runtime)) and gap not in notes:
            notes.append(gap)
    return notes


def curves_of(performance: Performance) -> Curves:
    """The frames of a performance as they are kept of a running sidecar."""
    recording = Recording()
    for frame in performance.frames:
        recording.add(ReceivedFrame(performance.script.avatar, frame, frame.time_nanos + 1000 * frame.publish_delay_micros))
    return recording.curves()


def _summary(performance: Performance, curves: Curves, folder: Path, *, plot: str, took_secs: float, notes: list[str]) -> Table:
    table = Table(show_header=False, title="affectia demo npc", title_justify="left")
    script = performance.script
    rate = len(performance.frames) / script.rate_hz / max(took_secs, 1e-9)
    table.add_row("performed", f"{script.secs:g} s, {len(performance.frames)} frames, {rate:.0f} times faster than it plays")
    table.add_row("seed", f"{script.seed}; frames {performance.digest}")
    for each in performance.spoken:
        name = each.line.sound or each.line.timing
        table.add_row("line", f"{name}, {each.line.at_secs:g} to {each.ends_secs:g} s, mouth by {each.voice.made_from}")
    table.add_row("mouth", f"by the voice in {100 * float(curves.by_voice.mean()):.0f} % of the frames")
    table.add_row("blinks", str(blinks(curves)))
    strongest = {name: float(peak) for name, peak in zip(registry.EMOTIONS, performance.moods.max(axis=0), strict=True) if peak > 0.02}
    table.add_row("emotions", ", ".join(f"{name} up to {peak:.2f}" for name, peak in strongest.items()) or "none")
    cues = {"overrides": script.overrides, "gestures": script.gestures, "looks": script.looks}
    table.add_row("asked for", ", ".join(f"{name}: {len(found)}" for name, found in cues.items() if found) or "nothing")
    table.add_row("take", f"{folder / 'take.csv'} ({curves.count} rows)")
    table.add_row("plot", plot)
    table.add_row("script", str(folder / "script.json"))
    for note in notes:
        table.add_row("note", note)
    return table


def blinks(curves: Curves) -> int:
    """How often both lids came down."""
    down = curves.take.blendshapes[:, _LIDS].min(axis=1) > _BLINK
    return int(np.count_nonzero(down[1:] & ~down[:-1]))
