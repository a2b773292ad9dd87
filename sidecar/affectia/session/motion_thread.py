"""The motion thread: ticks the pipeline by observations and by a 60 Hz timer, and does all ZeroMQ sends."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from affectia.clock import NANOS_PER_SEC, Clock
from affectia.errors import SessionError
from affectia.pipeline import Due, Pipeline
from affectia.publish.zmq_transport import ZmqTransport
from affectia.signals.emotion_observations import EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from affectia.signals.voice_observations import VoiceObservations
from affectia.telemetry.duration_window import DurationWindow
from affectia.telemetry.rate_meter import RateMeter

log = logging.getLogger(__name__)

TIMER_HZ = 60.0
_LAYOUT_PERIOD_NANOS = NANOS_PER_SEC
_COMMAND_TIMEOUT_SECS = 5.0

_MOST_HEARD = 32  # of one voice: a third of a second of blocks of 10 ms

Observed = tuple[NDArray[np.intp], FaceObservations]
Heard = tuple[int, VoiceObservations]
Felt = tuple[NDArray[np.intp], EmotionObservations]


class MotionThread:
    """Owns the pipeline and the transport while it runs.

    Any thread may `post` observations of faces (the newest of each session wins), `post_voice` what was heard (all of it, in order, as
    far as it is not too old to be shown), `post_emotion` how people seem to feel (the newest of each session and modality), and `call`
    functions that run on the motion thread.
    """

    def __init__(self, pipeline: Pipeline, transport: ZmqTransport, clock: Clock) -> None:
        self._pipeline = pipeline
        self._transport = transport
        self._clock = clock
        self._changed = threading.Condition()
        self._observed: dict[str, Observed] = {}
        self._heard: dict[str, deque[Heard]] = {}
        self._felt: dict[tuple[str, Modality], Felt] = {}
        self._commands: list[Callable[[], None]] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="motion", daemon=True)
        self._layout_due_nanos = 0
        self.tick_durations = DurationWindow()
        self.timer_lateness = DurationWindow()
        self.frames = RateMeter()
        self.superseded_count = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_secs: float = 2.0) -> None:
        """End the thread and close the transport."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_secs)

    def post(self, session_id: str, slots: NDArray[np.intp], faces: FaceObservations) -> None:
        """Leave a session's newest observations; older ones that were not ticked yet are replaced and counted."""
        with self._changed:
            if session_id in self._observed:
                self.superseded_count += 1
            self._observed[session_id] = (slots, faces)
            self._changed.notify()

    def post_voice(self, session_id: str, slot: int, voice: VoiceObservations) -> None:
        """Leave what was heard of a session's voice, of the avatar in this slot; the oldest goes where too much waits, and is counted."""
        with self._changed:
            waiting = self._heard.setdefault(session_id, deque(maxlen=_MOST_HEARD))
            if len(waiting) == _MOST_HEARD:
                self.superseded_count += 1
            waiting.append((slot, voice))
            self._changed.notify()

    def post_emotion(self, session_id: str, slots: NDArray[np.intp], observations: EmotionObservations) -> None:
        """Leave how the people of a session seem to feel, by one modality; the next tick tells it, nothing is woken for it."""
        with self._changed:
            key = (session_id, observations.modality)
            if key in self._felt:
                self.superseded_count += 1
                # That another person began is told once.
                begun = self._felt[key][1].fresh
                observations = dataclasses.replace(observations, fresh=observations.fresh | begun)
            self._felt[key] = (slots, observations)

    def call(self, command: Callable[[], None]) -> None:
        """Run a function on the motion thread and wait until it is done; what it raises is raised here.

        Raises SessionError when the thread is ending, TimeoutError when it does not answer; then the function is not run later.
        """
        done = threading.Event()
        given_up = threading.Event()
        failure: list[BaseException] = []

        def run() -> None:
            try:
                if not given_up.is_set():
                    command()
            except BaseException as error:  # handed to the caller, whole
                failure.append(error)
            finally:
                done.set()

        with self._changed:
            if self._stopping:
                raise SessionError("sidecar is stopping, expected a running one")
            self._commands.append(run)
            self._changed.notify()
        if not done.wait(_COMMAND_TIMEOUT_SECS):
            given_up.set()
            raise TimeoutError("motion thread did not answer within 5 s")
        if failure:
            raise failure[0]

    def withdraw(self, session_id: str) -> None:
        """Throw away what was seen of a session and not ticked yet; any thread."""
        with self._changed:
            self._observed.pop(session_id, None)
            self._felt.pop((session_id, Modality.FACE), None)

    def withdraw_voice(self, session_id: str) -> None:
        """Throw away what was heard of a session and not ticked yet; any thread."""
        with self._changed:
            self._heard.pop(session_id, None)
            self._felt.pop((session_id, Modality.VOICE), None)

    def _run(self) -> None:
        period_nanos = round(NANOS_PER_SEC / TIMER_HZ)
        timer_due = self._clock.now_nanos()
        try:
            while not self._stopping:
                for command in self._commands_by(timer_due):
                    command()
                # Taken after the commands: what one of them withdraws must not be ticked, nor revive what it forgot.
                observed, heard, felt = self._take_observed()
                # Before the faces, whose poses show what was heard and felt until now.
                self._hear(heard)
                self._feel(felt)
                for slots, faces in observed:
                    self._tick(functools.partial(self._pipeline.observe, slots, faces))
                if heard:
                    due = functools.partial(self._pipeline.voice_slots, self._clock.now_nanos())
                    while self._tick(due):  # all voices in one pass, as often as the one that is most behind needs it
                        pass
                now = self._clock.now_nanos()
                if now >= timer_due:
                    self.timer_lateness.add(now - timer_due)
                    self._tick(functools.partial(self._pipeline.timer_slots, now))
                    self._serve_subscribers(now)
                    # A late timer skips what it missed; it never runs after lost time.
                    timer_due += period_nanos * max(1, -(-(now - timer_due) // period_nanos))
        finally:
            with self._changed:
                commands, self._commands = self._commands, []
            for command in commands:  # whoever asked just before the end waits for an answer
                command()
            self._transport.close()

    def _commands_by(self, due_nanos: int) -> list[Callable[[], None]]:
        """Wait for a command, an observation or the time; the commands, in order."""
        with self._changed:
            while not (self._commands or self._observed or self._heard or self._stopping):
                left_nanos = due_nanos - self._clock.now_nanos()
                if left_nanos <= 0:
                    break
                self._clock.wait(self._changed, left_nanos / NANOS_PER_SEC)
            commands, self._commands = self._commands, []
            return commands

    def _take_observed(self) -> tuple[list[Observed], list[Heard], list[Felt]]:
        with self._changed:
            observed, self._observed = list(self._observed.values()), {}
            heard, self._heard = [one for waiting in self._heard.values() for one in waiting], {}
            felt, self._felt = list(self._felt.values()), {}
            return observed, heard, felt

    def _hear(self, heard: list[Heard]) -> None:
        now = self._clock.now_nanos() if heard else 0
        for slot, voice in heard:
            try:
                self._pipeline.hear(slot, voice, now)
            except Exception as error:
                log.error("hearing of one voice ended with %s", type(error).__name__)

    def _feel(self, felt: list[Felt]) -> None:
        for slots, observations in felt:
            try:
                self._pipeline.feel(slots, observations)
            except Exception as error:
                log.error("emotion by one %s ended with %s", observations.modality.name.lower(), type(error).__name__)

    def _tick(self, due: Callable[[], Due]) -> bool:
        """Tick what is due; false where nothing was, or where the tick broke."""
        began = self._clock.now_nanos()
        count, is_whole = 0, True
        try:
            slots, times_nanos = due()
            count = slots.size
            self._pipeline.tick(slots, times_nanos)
        except Exception as error:
            # One broken tick must not end every avatar; the text of the error may hold values, so only its type is told.
            log.error("tick of %d avatars ended with %s", count, type(error).__name__)
            is_whole = False
        if count:
            ended = self._clock.now_nanos()
            self.tick_durations.add(ended - began)
            self.frames.mark(ended, count)
        return count > 0 and is_whole

    def _serve_subscribers(self, now: int) -> None:
        newcomer = self._transport.take_subscriptions()
        if newcomer or now >= self._layout_due_nanos:
            self._pipeline.publisher.announce_layouts()
            self._layout_due_nanos = now + _LAYOUT_PERIOD_NANOS
