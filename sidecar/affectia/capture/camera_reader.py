"""The thread that opens, reads and closes one camera, so that a driver that hangs holds up nobody else."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from affectia.capture.camera_device import Device, next_picture
from affectia.capture.camera_fault import CameraFault
from affectia.clock import Clock

# Pictures that come damaged over USB cannot be decoded; the next one usually can. A camera that is gone fails at once as often.
_MOST_MISSES = 5

Deliver = Callable[["CameraReader", int, NDArray[np.uint8]], bool]


class CameraReader:
    """One attempt at a camera: opened, read until it gives nothing or until `cancel`, released, all on one daemon thread.

    `deliver` gets every picture (BGR) with its time on that thread and says whether it wants more; `opened` is told of the device,
    `on_end` of the end. `pictures`, `is_open` and `ended` may be read at any time; `fault` and `error` count once it has ended.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        opener: Callable[[], Device | None],
        diagnose: Callable[[], CameraFault],
        opened: Callable[[Device], None],
        deliver: Deliver,
        on_end: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._opener = opener
        self._diagnose = diagnose
        self._opened = opened
        self._deliver = deliver
        self._on_end = on_end
        self._thread: threading.Thread | None = None
        self.pictures = 0
        self.is_open = False
        self.is_stalled = False  # kept by whoever watches: the next failure is then the end
        self.cancelled = False
        self.ended = False
        self.fault = CameraFault.NO_ANSWER
        self.error: Exception | None = None

    def start(self, *, name: str) -> None:
        """Start the thread, named `name`."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Want nothing more; a driver that hangs is left to itself and its device released when it answers."""
        self.cancelled = True

    def join(self, timeout_secs: float) -> bool:
        """Wait for the end; False where the driver still hangs."""
        if self._thread is not None:
            self._thread.join(timeout_secs)
        return self.ended

    def _run(self) -> None:
        try:
            self._use()
        except Exception as error:  # of a fake, a driver's binding or a sink: the owner decides
            self.error = error
        finally:
            self.ended = True
            self._on_end()

    def _use(self) -> None:
        if self.cancelled:
            return
        device = self._opener()
        if device is not None:
            try:
                if not self.cancelled:
                    self._opened(device)
                    self.is_open = True
                    self._read(device)
            finally:
                with contextlib.suppress(cv2.error):  # some backends raise when the device has been pulled out
                    device.release()
        if not self.cancelled:
            # Only after the release: an opened device would find itself busy.
            self.fault = self._diagnose()

    def _read(self, device: Device) -> None:
        misses = 0
        while not self.cancelled:
            try:
                there_nanos, bgr = next_picture(device, self._clock)
            except cv2.error:
                return
            if bgr is None:
                misses += 1
                if misses == _MOST_MISSES or self.is_stalled:
                    return
                continue
            misses = 0
            if not self._deliver(self, there_nanos, bgr):
                return
            self.pictures += 1
