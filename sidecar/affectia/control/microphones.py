"""The microphones of this machine, as the control service tells of them."""

from __future__ import annotations

from affectia.capture.microphone_fault import MicrophoneFault
from affectia.capture.microphone_list import FoundMicrophone, MicrophoneListing
from affectia.control.status_codes import printable
from affectia.v1 import device_pb2

_STATES = {
    None: device_pb2.MICROPHONE_STATE_READY,
    MicrophoneFault.BUSY: device_pb2.MICROPHONE_STATE_BUSY,
    MicrophoneFault.NO_PERMISSION: device_pb2.MICROPHONE_STATE_NO_PERMISSION,
}


def microphone_message(microphone: FoundMicrophone) -> device_pb2.Microphone:
    """A microphone that is there; names that are no Unicode are told with question marks."""
    return device_pb2.Microphone(
        index=microphone.index,
        name=printable(microphone.name),
        host_api=printable(microphone.host_api),
        rate_hz=microphone.rate_hz,
        channels=microphone.channels,
        is_default=microphone.is_default,
        state=_STATES.get(microphone.fault, device_pb2.MICROPHONE_STATE_NO_ANSWER),
        next_step=microphone.next_step,
    )


def listing_detail(listing: MicrophoneListing) -> str:
    """Why no microphone can be listed, empty when they can."""
    fault = listing.fault
    return "" if fault is None else f"microphones cannot be listed ({fault.value}): {fault.next_step()}"
