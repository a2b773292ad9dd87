"""What wins when face and voice say how somebody feels, and why; how steady the label is; what a tick of it costs.

Without options: the scripted cases of `affect_cases.py`, and the cost of a pass against that of the rest of a tick. `--markdown` prints the
cases as a table for models/README.md. With `--clip ID|PATH`, or a `--voice SPEC`, or both: a real session plays them in real time for
`--seconds N` (default 20), and the label's changes, the shares and the rate of the emotion_updates are counted as a subscriber gets them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from affect_cases import CASES, explain
from affect_script import Case, Moment, Says, play
from affectia import registry
from affectia.client import ReceivedUpdate, Subscriber
from affectia.clock import NANOS_PER_SEC, FakeClock
from affectia.fusion.affect_fusion import AffectFusion
from affectia.perception.affect_projection import projected
from affectia.pipeline import Pipeline, PipelineOptions
from affectia.registry import Group
from affectia.session.session_request import SessionRequest
from affectia.session.sidecar import Sidecar, SidecarOptions
from affectia.session.source_spec import SourceSpec
from affectia.session.voice_spec import VoiceSpec
from affectia.signals.avatar_state import AvatarState
from affectia.signals.emotion_observations import EmotionObservations, Modality
from affectia.signals.face_observations import FaceObservations
from report import table

PORT_BASE = 28870
COLUMNS = ("case", "face says", "voice says", "face : voice", "label", "confidence", "valence, arousal", "why")
_TOLD = 7  # columns before the reason, which has a table of its own on a terminal
MARGIN_MILLIS = 0.1  # what one avatar's tick may grow by


def case_rows() -> list[tuple[str, ...]]:
    """A row for each scripted case, as it ends."""
    return [_row(case, play(case).last) for case in CASES]


def _row(case: Case, moment: Moment) -> tuple[str, ...]:
    last, before = case.phases[-1], case.phases[0]
    face, voice = moment.shares
    return (
        case.name,
        _said(last.turns or last.face, before.face),
        _said(last.voice, before.voice),
        f"{face:.2f} : {voice:.2f}",
        moment.label or "none",
        f"{moment.confidence:.2f}",
        "not told" if moment.affect is None else f"{moment.affect[0]:+.2f}, {moment.affect[1]:+.2f}",
        explain(case, moment),
    )


def _said(now: Says | tuple[Says, ...] | None, before: Says | None) -> str:
    if isinstance(now, tuple):
        return " / ".join(map(str, now))
    if now is None:
        return "nothing" if before is None else f"nothing, before: {before}"
    return str(now) if before in (now, None) else f"{now}, before: {before}"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as models/README.md has them."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class _Deaf:
    """A transport that nobody listens to: nothing is encoded."""

    def send(self, topic: bytes, body: bytes) -> None:
        pass

    def wants(self, topic: bytes) -> bool:
        return False

    def forget(self, topic: bytes) -> None:
        pass


def tick_micros(avatars: int, passes: int, *, with_affect: bool) -> tuple[list[float], list[float]]:
    """Microseconds of whole ticks, and of the part of them that joins how people feel; face and voice both count."""
    joins: list[float] = []

    class Timed(AffectFusion):
        """Notes how long it takes."""

        def joined(self, state: AvatarState, slots: np.ndarray, times_nanos: np.ndarray) -> AvatarState:
            began = time.perf_counter_ns()
            joined = super().joined(state, slots, times_nanos)
            joins.append((time.perf_counter_ns() - began) / 1000)
            return joined

    clock = FakeClock()
    pipeline = Pipeline(_Deaf(), clock, PipelineOptions(slots=avatars))
    pipeline._affects = Timed(avatars, projected=projected)
    for slot in range(avatars):
        pipeline.open_slot(slot, f"npc-{slot}", precision_bits=8, rate_hz=60, smoothing=1)
    slots = np.arange(avatars)
    ticks: list[float] = []
    face = Says("sad", 0.7, mouthless=Says("sad", 0.6))
    voice = Says("angry", 0.7)
    for number in range(passes):
        now_nanos = clock.advance(nanos=NANOS_PER_SEC // 60)
        if with_affect and number % 4 == 0:
            pipeline.feel(slots, _crowd(face, Modality.FACE, now_nanos, avatars))
        if with_affect and number % 20 == 0:
            pipeline.feel(slots, _crowd(voice, Modality.VOICE, now_nanos, avatars))
        seen = FaceObservations.of_shapes(now_nanos, shapes=np.full((avatars, 52), 0.3 + 0.2 * np.sin(number / 5)))
        due = pipeline.observe(slots, seen)
        began = time.perf_counter_ns()
        pipeline.tick(*due)
        ticks.append((time.perf_counter_ns() - began) / 1000)
    return ticks[passes // 5 :], joins[passes // 5 :]


def _crowd(says: Says, modality: Modality, at_nanos: int, count: int) -> EmotionObservations:
    one = says.observations(modality, at_nanos)
    return replace(
        one,
        found=np.repeat(one.found, count),
        scores=np.repeat(one.scores, count, axis=0),
        affect=np.repeat(one.affect, count, axis=0),
        confidence=np.repeat(one.confidence, count),
        quality=np.repeat(one.quality, count),
        fresh=np.repeat(one.fresh, count),
        mouthless=None if one.mouthless is None else np.repeat(one.mouthless, count, axis=0),
    )


def cost_rows() -> list[tuple[str, ...]]:
    """What one avatar and a crowd pay for it."""
    rows = []
    for avatars, passes in ((1, 3000), (500, 150)):
        without, _ = tick_micros(avatars, passes, with_affect=False)
        whole, joins = tick_micros(avatars, passes, with_affect=True)
        figures = [f"{np.percentile(values, 50):.0f}, {np.percentile(values, 95):.0f}" for values in (without, whole, joins)]
        rows.append((str(avatars), *figures, f"{np.median(joins) / np.median(whole):.2f}"))
    return rows


def live_rows(source: SourceSpec, voice: VoiceSpec | None, secs: float) -> list[tuple[str, str]]:
    """What a subscriber of a real session gets in so many seconds."""
    sidecar = Sidecar(SidecarOptions(port_base=PORT_BASE))
    updates: list[ReceivedUpdate] = []
    sidecar.start()
    try:
        endpoint = f"tcp://127.0.0.1:{PORT_BASE + registry.PORT_PUBLISH}"
        with Subscriber(endpoint, affect_listener=updates.append) as subscriber:
            time.sleep(0.5)
            sidecar.sessions.start(SessionRequest("default", source, loop=True, voice=voice))
            processor, began = time.process_time(), time.perf_counter()
            time.sleep(secs)
            used = (time.process_time() - processor) / (time.perf_counter() - began)
            lost = subscriber.stats.lost
    finally:
        sidecar.stop()
    return _counted(updates, lost, used)


def _counted(updates: Sequence[ReceivedUpdate], lost: int, used: float) -> list[tuple[str, str]]:
    """The figures of what came in; a label's coming and going are changes too, all but its first coming."""
    if len(updates) < 2:
        return [("emotion_updates", str(len(updates)))]
    secs = (updates[-1].update.time_nanos - updates[0].update.time_nanos) / NANOS_PER_SEC
    told = [one.update for one in updates if one.update.emotions is not None]
    labels = [one.update.label() for one in updates]
    first = next((place for place, label in enumerate(labels) if label is not None), len(labels))
    changes = sum(earlier != later for earlier, later in zip(labels[first:], labels[first + 1 :], strict=False))
    strongest = [max(update.emotion_scores().items(), key=lambda item: item[1])[0] for update in told]
    jumps = sum(earlier != later for earlier, later in zip(strongest, strongest[1:], strict=False))
    rows = [
        ("seconds", f"{secs:.1f}"),
        ("emotion_updates a second (lost)", f"{(len(updates) - 1) / secs:.1f} ({lost})"),
        ("with an emotion", f"{100 * len(told) / len(updates):.0f} %"),
        ("label changes a second", f"{changes / secs:.2f}"),
        ("changes of the strongest emotion a second, without the label's hysteresis", f"{jumps / secs:.2f}"),
        ("processor, of one core", f"{100 * used:.0f} %"),
    ]
    if not told:
        return rows
    shares = np.array([update.shares() for update in told])
    confidence = [(update.groups or bytes(24))[4 * Group.EMOTION + 1] / registry.UNIT_WEIGHT_U8 for update in told]
    affect = np.array([update.affect for update in told]) / registry.UNIT_AFFECT_I8
    moved = int(np.count_nonzero(np.any(np.diff(affect[:, :2], axis=0) != 0, axis=1)))
    held = Counter(label or "none" for label in labels)
    return [
        *rows,
        ("share of the face, mean (p5, p95)", _spread(shares[:, Modality.FACE])),
        ("share of the voice, mean (p5, p95)", _spread(shares[:, Modality.VOICE])),
        ("confidence, mean (p5, p95)", _spread(np.array(confidence))),
        ("valence, mean (p5, p95)", _spread(affect[:, 0])),
        ("arousal, mean (p5, p95)", _spread(affect[:, 1])),
        ("updates in which valence or arousal moved", f"{100 * moved / max(1, len(told) - 1):.0f} %"),
        ("labels, share of the time", ", ".join(f"{name} {count / len(labels):.2f}" for name, count in held.most_common())),
    ]


def _spread(values: np.ndarray) -> str:
    low, high = np.percentile(values, (5, 95))
    return f"{values.mean():.2f} ({low:.2f}, {high:.2f})"


def _source(text: str | None) -> SourceSpec:
    if text is None:
        return SourceSpec("none")
    return SourceSpec("file", path=Path(text)) if Path(text).is_file() else SourceSpec("clip", clip_id=text)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip")
    parser.add_argument("--voice", default="none")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    voice = VoiceSpec.parse(arguments.voice)
    if arguments.clip or voice:
        live = live_rows(_source(arguments.clip), voice, arguments.seconds)
        table(f"pictures {arguments.clip or 'none'}, voice {arguments.voice}", ("figure", "value"), live)
        return
    if arguments.markdown:
        print(markdown(COLUMNS, case_rows()))
        return
    rows = case_rows()
    table("what wins", COLUMNS[:_TOLD], [row[:_TOLD] for row in rows])
    table("and why", ("case", "why"), [(row[0], row[_TOLD]) for row in rows])
    costs = ("avatars", "tick without, p50, p95 us", "tick with", "of it joining how they feel", "share of the tick")
    table(f"what a tick costs (to grow by at most {MARGIN_MILLIS:g} ms for one avatar)", costs, cost_rows())


if __name__ == "__main__":
    main()
