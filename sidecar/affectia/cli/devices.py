"""`affectia devices`: the cameras and microphones of this machine, and what keeps one from working."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from affectia import config
from affectia.capture.camera_list import FoundCamera, list_cameras
from affectia.capture.camera_options import CameraOptions
from affectia.capture.microphone_list import FoundMicrophone, MicrophoneListing, list_microphones

_STATE_STYLES = {"ready": "green", "busy": "yellow"}


class Desk:
    """Where cameras and microphones are looked for; a test puts its own into the context."""

    def cameras(self, options: CameraOptions) -> list[FoundCamera]:
        """The cameras of this machine, as they would be opened; takes up to seconds for each."""
        with _quiet_native_output():
            return list_cameras((), options)

    def microphones(self) -> MicrophoneListing:
        """The microphones of this machine; none is opened."""
        with _quiet_native_output():
            return list_microphones()


def devices(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
    settings_path: Annotated[Path | None, typer.Option("--config", help="Settings file (TOML).", show_default=False)] = None,
) -> None:
    """List the cameras and microphones of this machine; no sidecar is needed, no picture is taken, and nothing is listened to."""
    desk = context.find_object(Desk) or Desk()
    cameras = desk.cameras(config.load(settings_path).camera)
    listing = desk.microphones()
    if as_json:
        listed = [*map(_described, cameras), *map(_described_microphone, listing.microphones)]
        typer.echo(json.dumps(listed, indent=2))
        return
    # Made here: a console keeps the stream that it finds when it is made.
    console = Console(highlight=False)
    if cameras:
        console.print(_table(cameras))
    for line in _next_steps(cameras):
        console.print(line, markup=False, soft_wrap=True)
    console.print()
    if listing.microphones:
        console.print(_microphone_table(listing.microphones))
    for line in _microphone_steps(listing):
        console.print(line, markup=False, soft_wrap=True)


def _table(cameras: list[FoundCamera]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("source", "name", "state", "size", "rate", "can do"):
        table.add_column(heading, no_wrap=heading not in ("name", "can do"))
    for camera in cameras:
        size = f"{camera.width_px} x {camera.height_px}" if camera.width_px else ""
        rate = f"{camera.rate_hz:g} Hz" if camera.rate_hz else ""
        state = f"[{_STATE_STYLES.get(camera.state, 'red')}]{camera.state}[/]"
        table.add_row(f"camera:{camera.index}", escape(camera.name), state, size, rate, _best_modes(camera))
    return table


def _best_modes(camera: FoundCamera) -> str:
    """The largest mode of each format, the fastest of these."""
    largest: dict[str, _Best] = {}
    for mode in camera.modes:
        best = _Best(mode.width_px * mode.height_px, mode.rate_hz, f"{mode.width_px} x {mode.height_px}")
        if (known := largest.get(mode.pixel_format)) is None or (best.area_px, best.rate_hz) > (known.area_px, known.rate_hz):
            largest[mode.pixel_format] = best
    told = (f"{escape(name)} {best.size}" + (f" at {best.rate_hz:g} Hz" if best.rate_hz else "") for name, best in largest.items())
    return ", ".join(told)


@dataclass(frozen=True, slots=True)
class _Best:
    area_px: int
    rate_hz: float
    size: str


def _next_steps(cameras: list[FoundCamera]) -> Iterator[str]:
    for camera in cameras:
        if camera.fault is not None:
            yield f"camera:{camera.index} is {_TOLD[camera.state]}: {camera.next_step}"
    ready = [camera for camera in cameras if camera.fault is None]
    if ready:
        which = "it" if len(cameras) == 1 else "the first that is ready"
        yield f"`affectia serve --source camera:{ready[0].index}` watches through {which}"
    elif cameras:
        yield "no camera is ready; `affectia serve --source synthetic` works without one"
    else:
        yield "no camera was found: plug one in; `affectia serve --source synthetic` works without one"


def _microphone_table(microphones: Sequence[FoundMicrophone]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("source", "name", "state", "channels", "rate", "through"):
        table.add_column(heading, no_wrap=heading != "name")
    for microphone in microphones:
        rate = f"{microphone.rate_hz} Hz" if microphone.rate_hz else ""
        channels = str(microphone.channels) if microphone.channels else ""
        state = f"[{_STATE_STYLES.get(microphone.state, 'red')}]{microphone.state}[/]"
        name = escape(microphone.name) + (" (default)" if microphone.is_default else "")
        table.add_row(_source(microphone), name, state, channels, rate, escape(microphone.host_api))
    return table


def _microphone_steps(listing: MicrophoneListing) -> Iterator[str]:
    if listing.fault is not None:
        yield f"microphones cannot be listed ({listing.fault.value}): {listing.fault.next_step()}"
        return
    for microphone in listing.microphones:
        if microphone.fault is not None:
            yield f"{_source(microphone) or microphone.name} is {_TOLD[microphone.state]}: {microphone.next_step}"
    if not listing.microphones:
        yield "no microphone was found: plug one in"
    elif all(microphone.fault is not None for microphone in listing.microphones):
        yield "no microphone is ready"


def _source(microphone: FoundMicrophone) -> str:
    return "" if microphone.index is None else f"microphone:{microphone.index}"


_TOLD = {
    "busy": "busy",
    "no permission": "not allowed",
    "no answer": "silent",
    "gone": "gone",
    "stalled": "stalled",
    "no PortAudio": "not known",
}


def _described(camera: FoundCamera) -> dict[str, Any]:
    return {
        "kind": "camera",
        "source": f"camera:{camera.index}",
        "index": camera.index,
        "name": camera.name,
        "state": camera.state,
        "next_step": camera.next_step,
        "width_px": camera.width_px,
        "height_px": camera.height_px,
        "rate_hz": camera.rate_hz,
        "modes": [
            {"pixel_format": mode.pixel_format, "width_px": mode.width_px, "height_px": mode.height_px, "rate_hz": mode.rate_hz}
            for mode in camera.modes
        ],
    }


def _described_microphone(microphone: FoundMicrophone) -> dict[str, Any]:
    return {
        "kind": "microphone",
        "source": _source(microphone),
        "index": microphone.index,
        "name": microphone.name,
        "state": microphone.state,
        "next_step": microphone.next_step,
        "rate_hz": microphone.rate_hz,
        "channels": microphone.channels,
        "is_default": microphone.is_default,
        "host_api": microphone.host_api,
    }


@contextmanager
def _quiet_native_output() -> Iterator[None]:
    """Send what libraries write to standard error of devices that do not open away: it is told in the table."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
