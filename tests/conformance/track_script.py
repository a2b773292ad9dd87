"""What the vectors of track queues are written with: one script each, an event after the other. Standard library only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from script_files import write_files

SCRIPTS: dict[str, dict[str, Any]] = {}


def eased(t: float) -> float:
    """What is left of a frame at a fraction of the 100 ms in which it is eased shut."""
    return 1 - t * t * (3 - 2 * t)


class Script:
    """One vector in the making; registers itself."""

    def __init__(self, name: str, shows: str, *, rate: int = 48000, fps: int = 60, capacity_millis: int | None = None) -> None:
        self.rate, self.fps = rate, fps
        self.events: list[dict[str, Any]] = []
        SCRIPTS[name] = {"shows": shows, "events": self.events}
        if capacity_millis is not None:
            SCRIPTS[name]["capacity_millis"] = capacity_millis

    def push(
        self,
        sequence: int,
        start: int,
        *jaws: int,
        end: int = 0,
        stream: int = 7,
        taken: bool = True,
        frames: list[dict[str, Any]] | None = None,
        **other: int,
    ) -> None:
        """A chunk; `jaws` are the bytes of jawOpen of its frames, unless `frames` has them."""
        chunk: dict[str, Any] = {"stream_id": stream, "sequence": sequence, "start_sample": start}
        chunk |= {"sample_rate_hz": self.rate, "frame_rate_hz": self.fps} | other
        if end:
            chunk["end"] = 1
        chunk["frames"] = frames if frames is not None else [{"blendshapes": {"jawOpen": jaw}} for jaw in jaws]
        self.events.append({"push": chunk} if taken else {"push": chunk, "taken": False})

    def sample(
        self, position: float, jaw: float | None = None, *, valid: bool | None = None, ended: bool | None = None, **more: Any
    ) -> None:
        """What is shown at a position; `jaw` is jawOpen."""
        expect: dict[str, Any] = {} if jaw is None else {"blendshapes": {"jawOpen": jaw}}
        if valid is not None:
            expect["is_valid"] = valid
        if ended is not None:
            expect["has_ended"] = ended
        self.events.append({"sample": position, "expect": expect | more})

    def shut(self, position: float, *, ended: bool = False) -> None:
        """The mouth is shut, and another source may move it."""
        self.sample(position, 0.0, valid=False, ended=ended, visemes={"sil": 1.0, "PP": 0.0, "aa": 0.0})

    def count(self, **expect: int) -> None:
        """The counters now."""
        self.events.append({"expect": expect})

    def clear(self) -> None:
        """Forget everything."""
        self.events.append({"clear": True})


def text_of(script: dict[str, Any]) -> str:
    """One event a line, so that a change of one shows as one."""
    events = ",\n".join("  " + json.dumps(event) for event in script["events"])
    head = "".join(f'"{name}": {json.dumps(script[name])},\n ' for name in ("shows", "capacity_millis") if name in script)
    return f'{{{head}"events": [\n{events}\n]}}\n'


def write_scripts(folder: Path, arguments: list[str]) -> int:
    """Write every script into a folder, or with --check compare; 0 when the files are what the scripts say."""
    return write_files(folder, {name: text_of(script) for name, script in SCRIPTS.items()}, arguments, what="the vectors of track queues")
