"""The microphones of this machine: named, never opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from affectia.capture.microphone_alsa import CaptureNode, capture_nodes
from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.portaudio import PORTAUDIO, InputDevice, PortAudio


@dataclass(frozen=True, slots=True)
class FoundMicrophone:
    """A microphone that is there; `index` is None where only the system knows of it, because nobody can open it now."""

    index: int | None
    name: str
    host_api: str = ""
    rate_hz: int = 0
    channels: int = 0
    is_default: bool = False
    fault: MicrophoneFault | None = None

    @property
    def busy(self) -> bool:
        """Whether a session or another program holds it."""
        return self.fault is MicrophoneFault.BUSY

    @property
    def state(self) -> str:
        """The word `ready`, or what is wrong in a word or two."""
        return "ready" if self.fault is None else self.fault.value

    @property
    def next_step(self) -> str:
        """What a person can do about it, empty when it is ready."""
        return "" if self.fault is None else self.fault.next_step()


@dataclass(frozen=True, slots=True)
class MicrophoneListing:
    """All that is there; `fault` is why nothing can be said of any (no PortAudio, a driver that hangs)."""

    microphones: tuple[FoundMicrophone, ...] = ()
    fault: MicrophoneFault | None = None


def list_microphones(
    own: Collection[str] = (),
    *,
    portaudio: PortAudio = PORTAUDIO,
    nodes: Callable[[], Iterable[CaptureNode]] = capture_nodes,
) -> MicrophoneListing:
    """What PortAudio knows, in its order, then what only Linux knows; blocks up to a second, and 5 where a driver hangs.

    No stream is opened. PortAudio itself asks each device of ALSA what it can do, as every program with sound does.

    Args:
        own: keys (`MicrophoneStream.key`) of those that sessions of this process hold; they are listed as busy.
        portaudio: the library.
        nodes: the sound cards that Linux tells of.
    """
    found = portaudio.inputs()
    if isinstance(found, MicrophoneFault):
        return MicrophoneListing(fault=found)
    cards = {node.alsa_name: node for node in nodes()}
    known = [_listed(device, own, cards) for device in found]
    # A device that was held or forbidden when PortAudio asked it is not in its list.
    hidden = [node for name, node in cards.items() if not any(name in device.name for device in found)]
    told = [FoundMicrophone(None, node.name, "ALSA", fault=fault) for node in hidden if (fault := _fault(node)) is not None]
    return MicrophoneListing((*known, *told))


def _listed(device: InputDevice, own: Collection[str], cards: dict[str, CaptureNode]) -> FoundMicrophone:
    node = next((node for name, node in cards.items() if name in device.name), None)
    fault = MicrophoneFault.BUSY if device.key in own else None if node is None else _fault(node)
    return FoundMicrophone(device.index, device.name, device.host_api, device.rate_hz, device.channels, device.is_default, fault)


def _fault(node: CaptureNode) -> MicrophoneFault | None:
    if not node.is_allowed:
        return MicrophoneFault.NO_PERMISSION
    return MicrophoneFault.BUSY if node.is_held else None
