"""Utterances of a set through a network of speech emotion, window by window as at run time, and joined to one answer each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.capture.audio_clip import read_audio_clip
from affectia.clock import NANOS_PER_SEC, Clock, SystemClock
from affectia.errors import CaptureError
from affectia.evaluate.answers import AnswerSheet
from affectia.evaluate.durations import Durations
from affectia.evaluate.emotion_run import EmotionRun, View, coverage_of, tellable
from affectia.evaluate.labelled_set import LabelledItem, LabelledSet
from affectia.evaluate.sound_time import SoundTime
from affectia.perception.voice.emotion.emotion_listener import EmotionListener
from affectia.perception.voice.emotion.speech_emotion import SpeechEmotion
from affectia.perception.voice.emotion.speech_emotion_options import SpeechEmotionOptions
from affectia.perception.voice.voice_engine import VoiceEngine
from affectia.signals.audio_sample import VOICE_RATE_HZ
from affectia.signals.emotion_observations import EmotionObservations

JOINED: Final = "utterances"
SINGLE: Final = "single results"
_BLOCK: Final = VOICE_RATE_HZ // 20  # a round of hearing: a live voice that has waited comes so, too
_LONGEST_SECS: Final = 300.0


class VoiceRun:
    """Runs a network over sets; one thread. `engine` tells where somebody speaks.

    An utterance is heard block by block, by the same listener as a live voice; every result counts alike in the mean that is its answer.
    Results by themselves are what a receiver sees while somebody speaks: there the confidence must hold.
    """

    def __init__(
        self,
        network: SpeechEmotion,
        engine: VoiceEngine,
        *,
        options: SpeechEmotionOptions | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._network = network
        self._engine = engine
        self._options = options or SpeechEmotionOptions()
        self._clock = clock or SystemClock()

    def run(self, data: LabelledSet, *, step: Callable[[], None] = lambda: None) -> EmotionRun:
        """Answer everything that the network can tell; `step` is called after each item, those left out included."""
        items, left_out = tellable(data, self._network.support)
        for _ in range(len(data.items) - len(items)):
            step()
        sheet, singles, durations = AnswerSheet(), AnswerSheet(), Durations()
        reached: list[bool] = []
        failures: list[tuple[str, str]] = []
        for item in items:
            try:
                pcm = _sound(item)
            except CaptureError as error:
                failures.append((item.name, str(error).rpartition(": ")[0] or str(error)))
                step()
                continue
            results = self.results(pcm, durations)
            reached.append(bool(results))
            for result in results:
                singles.add(item, result.scores[0], result.affect[0], result.affect_method)
            if results:
                scores = np.mean([result.scores[0] for result in results], axis=0)
                affect = np.mean([result.affect[0] for result in results], axis=0)
                sheet.add(item, scores, affect, results[0].affect_method)
            step()
        views = (
            View(JOINED, sheet.answers(), durations, coverage_of(reached), "too little speech is heard for an answer"),
            View(SINGLE, singles.answers(), durations),
        )
        return EmotionRun(views, dict(left_out), tuple(failures))

    def results(self, pcm: NDArray[np.float32], durations: Durations) -> list[EmotionObservations]:
        """What a listener says of one voice, (n,) mono at 16 kHz, from its beginning to its end; time goes by as the sound does."""
        results: list[EmotionObservations] = []
        time = SoundTime()
        listener = EmotionListener(admits=lambda: True, sink=results.append, clock=time, options=self._options)
        stream = self._engine.new_stream()
        try:
            for begin in range(0, pcm.size, _BLOCK):
                block = pcm[begin : begin + _BLOCK]
                (heard,) = self._engine.hear([stream], [block])
                end = begin + block.size
                time.nanos = end * NANOS_PER_SEC // VOICE_RATE_HZ
                listener.hear(block, heard, end_sample=end, ends_at_nanos=time.nanos)
                if listener.due_since_nanos is not None:
                    self._listen(listener, durations)
        finally:
            listener.close()
            stream.close()
        return results

    def _listen(self, listener: EmotionListener, durations: Durations) -> None:
        window = listener.take(self._network)
        if window is None:
            return
        began = self._clock.now_nanos()
        (feeling,) = self._network.feel([window])
        durations.add(self._clock.now_nanos() - began)
        listener.deliver(feeling, self._network)


def _sound(item: LabelledItem) -> NDArray[np.float32]:
    assert item.path is not None
    return read_audio_clip(item.path, longest_secs=_LONGEST_SECS).pcm
