"""What every source of samples has in common."""

from __future__ import annotations

import enum
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from affectia.clock import Clock
from affectia.errors import AffectiaError, CaptureError
from affectia.signals.face_observations import FaceObservations
from affectia.signals.video_sample import VideoSample
from affectia.telemetry.rate_meter import RateMeter

log = logging.getLogger(__name__)


class SourceState(enum.Enum):
    """Where a source stands."""

    IDLE = "idle"
    RUNNING = "running"
    RETRYING = "retrying"
    ENDED = "ended"


class VideoSink(Protocol):
    """Takes samples on the capture thread."""

    def put(self, item: VideoSample) -> None:
        """Take the newest sample; never waits."""
        ...

    def put_when_empty(self, item: VideoSample, timeout_secs: float) -> bool:
        """Take a sample when the one before has been taken."""
        ...


ObservationSink = Callable[[FaceObservations], None]  # called on the capture thread


class Source(ABC):
    """Runs `_run` on a thread of its own until it returns or `stop` is called.

    `start` and `stop` belong to one owner; `state`, `detail` and `rate_hz` may be read from any thread. An AffectiaError out of
    `_run` ends the source with its message as `detail`; the process goes on.
    """

    modality: str | None = None  # what consent must be granted for; None: nobody's face or voice
    description: str = ""
    notice: str = ""  # what is wrong with the pictures of a source that runs ("camera 0 delivers only black: ..."); empty when nothing is

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._meter = RateMeter()
        self.state = SourceState.IDLE
        self.detail = ""
        self.captured_count = 0

    def start(self, *, name: str) -> None:
        """Start the capture thread, named `name`; raises CaptureError while the last one still hangs in its device."""
        if self._thread is not None and self._thread.is_alive():
            raise CaptureError(f"source {self.description} still waits for its device, expected it to be closed; try again later")
        self._stopping.clear()
        self.state = SourceState.RUNNING
        self._thread = threading.Thread(target=self._guarded, name=name, daemon=True)
        self._thread.start()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """End the capture thread; when this returns nothing more comes out of the source."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_secs)
        self.state = SourceState.ENDED

    def rate_hz(self) -> float:
        """Samples a second over the last seconds."""
        return self._meter.hz(self._clock.now_nanos())

    def _mark(self, now_nanos: int) -> None:
        self.captured_count += 1
        self._meter.mark(now_nanos)

    def _guarded(self) -> None:
        try:
            self._run()
            if not self._stopping.is_set():
                self.detail = f"{self.description} came to its end"
                log.info("source %s", self.detail)
        except AffectiaError as error:
            self.detail = str(error)
            log.warning("source %s ended: %s", type(self).__name__, error)
        except Exception as error:
            # What a library raises may hold anything; only its type is told.
            self.detail = f"source {self.description} ended with {type(error).__name__}"
            log.error("%s", self.detail)
        finally:
            self.state = SourceState.ENDED

    @abstractmethod
    def _run(self) -> None:
        """Deliver samples until the end or until `self._stopping` is set."""
