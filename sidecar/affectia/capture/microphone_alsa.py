"""What Linux tells of its sound cards without opening them: which record, who holds one, and whether this user may."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ENTRY: Final = re.compile(r"(\d+)-(\d+): ([^:]*):")


@dataclass(frozen=True, slots=True)
class CaptureNode:
    """A device of a card that records; `is_held` by any program, this one included."""

    card: int
    device: int
    name: str
    is_held: bool
    is_allowed: bool

    @property
    def alsa_name(self) -> str:
        """How PortAudio writes it behind the name of the card."""
        return f"(hw:{self.card},{self.device})"


def _may_use(node: Path) -> bool:
    return os.access(node, os.R_OK | os.W_OK)


def capture_nodes(
    asound: Path = Path("/proc/asound"), devices: Path = Path("/dev/snd"), *, may_use: Callable[[Path], bool] = _may_use
) -> Iterator[CaptureNode]:
    """The devices that record, in order; none on other systems."""
    try:
        entries = (asound / "pcm").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for entry in entries:
        found = _ENTRY.match(entry)
        if found is None or " capture " not in entry:
            continue
        card, device = int(found[1]), int(found[2])
        node = devices / f"pcmC{card}D{device}c"
        allowed = not node.exists() or may_use(node)
        yield CaptureNode(card, device, found[3].strip(), _is_held(asound / f"card{card}" / f"pcm{device}c"), allowed)


def has_forbidden_capture(
    asound: Path = Path("/proc/asound"), devices: Path = Path("/dev/snd"), *, may_use: Callable[[Path], bool] = _may_use
) -> bool:
    """Whether there is a card that records and this user may use none."""
    nodes = list(capture_nodes(asound, devices, may_use=may_use))
    return bool(nodes) and not any(node.is_allowed for node in nodes)


def _is_held(folder: Path) -> bool:
    """Whether every way into a device is taken."""
    told = []
    for status in sorted(folder.glob("sub*/status")):
        try:
            told.append(status.read_text(encoding="utf-8", errors="replace").strip())
        except OSError:
            continue
    return bool(told) and all(line != "closed" for line in told)
