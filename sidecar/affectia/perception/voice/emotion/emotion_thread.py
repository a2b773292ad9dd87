"""The thread that listens for how voices sound: whoever's turn it is, several in one call, always their newest seconds."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.speech_emotion import Feeling, SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_choice import BUSY_SHARE, SpeechEmotionChoice
from affectia.perception.voice.emotion.speech_emotion_options import OFF
from affectia.signals.emotion_observations import EMOTIONS

log = logging.getLogger(__name__)

THREAD_NAME: Final = "perception-emotion"
LOADING: Final = "loading"
MOST_AT_ONCE: Final = 4  # voices in one call: the others do not wait much longer for their turn than these do
FAILURE_LOG_SECS: Final = 10.0
PROCESS_WAITS_SECS: Final = 10.0  # at its end, for a network that is still being opened or at work
_NICE: Final = 5  # faces and mouths come first

Turn = tuple[EmotionListener, NDArray[np.float32]]


class EmotionThread:
    """Runs listeners. It starts with the first of them, and `load` opens the network on it: whoever starts a session does not wait.

    Any thread may call `add`, `remove` and `wake`. There is no queue: a voice whose turn comes late is listened to as it sounds then. Of
    one processor's time the thread takes half at most.
    """

    def __init__(self, load: Callable[[], SpeechEmotionChoice], *, clock: Clock | None = None) -> None:
        self._load = load
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()
        self._listeners: list[EmotionListener] = []
        self._choice: SpeechEmotionChoice | None = None
        self._is_started = False
        self._is_stopping = False
        self._free_nanos = 0  # from then on the thread may work again
        self.failed_count = 0
        self._untold_failures = 0
        self._told_nanos: int | None = None
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    @property
    def method(self) -> str:
        """What listens: the network's name, OFF where there is none, LOADING until that is known."""
        choice = self._choice
        if choice is None:
            return LOADING
        return OFF if choice.network is None else choice.network.name

    @property
    def provider(self) -> str:
        """What runs the network; empty without one."""
        choice = self._choice
        return "" if choice is None or choice.network is None else choice.network.provider

    @property
    def notice(self) -> str:
        """Why it is not a better one, empty where all is as wanted."""
        return "" if self._choice is None else self._choice.notice

    def stop(self, timeout_secs: float = 0.9) -> None:
        """End the thread; a network that is being opened or at work then is let go when it is done, and the process stays until it is."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_secs)
            if self._thread.is_alive():  # an interpreter that ends under a thread in a library of C++ aborts
                atexit.register(self._thread.join, PROCESS_WAITS_SECS)
        for listener in self._listeners:
            listener.close()

    def add(self, listener: EmotionListener) -> None:
        """Take a voice in."""
        with self._changed:
            self._listeners = [*self._listeners, listener]
            if self._is_stopping or self._is_off:
                listener.close()
            elif not self._is_started:
                self._is_started = True
                self._thread.start()
            self._changed.notify_all()

    def remove(self, listener: EmotionListener) -> bool:
        """Take a voice out; what is being listened to of it goes nowhere. False where it was never in."""
        listener.close()
        with self._changed:
            is_in = listener in self._listeners
            self._listeners = [other for other in self._listeners if other is not listener]
            return is_in

    def wake(self) -> None:
        """It is somebody's turn."""
        with self._changed:
            self._changed.notify_all()

    @property
    def _is_off(self) -> bool:
        return self._choice is not None and self._choice.network is None

    def _run(self) -> None:
        if sys.platform == "linux":  # where a thread has a priority of its own
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            choice = self._load()
        except Exception as error:  # what no loader should raise, but a library may
            choice = SpeechEmotionChoice(None, f"speech emotion does not load ({type(error).__name__}), how voices sound is not told")
        with self._changed:
            self._choice = choice
            if choice.network is None:
                for listener in self._listeners:
                    listener.close()
        if choice.notice:
            log.warning("speech emotion: %s", choice.notice)
        if choice.network is None:
            return
        try:
            while (listeners := self._next_listeners()) is not None:
                self._round(listeners, choice.network)
        finally:
            choice.network.close()

    def _next_listeners(self) -> Sequence[EmotionListener] | None:
        """Whose turn it is, who waits longest first; waits for one, None when the thread ends."""
        with self._changed:
            while not self._is_stopping:
                rest_nanos = self._free_nanos - self._clock.now_nanos()
                if rest_nanos > 0:
                    self._clock.wait(self._changed, rest_nanos / NANOS_PER_SEC)
                    continue
                waiting = [(since, number) for number, one in enumerate(self._listeners) if (since := one.due_since_nanos) is not None]
                if waiting:
                    return [self._listeners[number] for _, number in sorted(waiting)[:MOST_AT_ONCE]]
                self._changed.wait()
            return None

    def _round(self, listeners: Sequence[EmotionListener], network: SpeechEmotion) -> None:
        began = self._clock.now_nanos()
        turns: list[Turn] = [(one, sound) for one in listeners if (sound := one.take(network)) is not None]
        if not turns:
            return
        try:
            feelings = network.feel([sound for _, sound in turns])
            _check(feelings, len(turns))
        except Exception as error:  # a network that breaks on one window must not take the thread with it
            for listener, _ in turns:
                listener.fail()
            self._tell_failure(error)
        else:
            for (listener, _), feeling in zip(turns, feelings, strict=True):
                try:
                    listener.deliver(feeling, network)
                except Exception as error:
                    self._tell_failure(error)
        ended = self._clock.now_nanos()
        self._free_nanos = ended + round((ended - began) * (1 / BUSY_SHARE - 1))

    def _tell_failure(self, error: Exception) -> None:
        """Log the first failure at once, later ones together; the text of an error may hold data, so only its type is told."""
        self.failed_count += 1
        self._untold_failures += 1
        now = self._clock.now_nanos()
        if self._told_nanos is None or now - self._told_nanos >= FAILURE_LOG_SECS * NANOS_PER_SEC:
            log.error("speech emotion ended %d times with %s", self._untold_failures, type(error).__name__)
            self._untold_failures, self._told_nanos = 0, now


def _check(feelings: Sequence[Feeling], count: int) -> None:
    if len(feelings) != count:
        raise ValueError
    for feeling in feelings:
        if np.shape(feeling.scores) != (EMOTIONS,) or not (np.isfinite(feeling.scores).all() and np.isfinite(feeling.affect).all()):
            raise FloatingPointError
