from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from affectia import registry

if (TRAINING := str(Path(__file__).resolve().parents[2] / "models" / "training")) not in sys.path:  # where the evaluation lies
    sys.path.insert(0, TRAINING)

from viseme.evaluation import metrics, mouth, mouth_metrics, reference, table  # noqa: E402 - found only through the lines above
from viseme.evaluation.cut_off import cut_off  # noqa: E402
from viseme.evaluation.events import matched, stretches  # noqa: E402
from viseme.evaluation.reference import IGNORED, Clip, DataSet  # noqa: E402
from viseme.evaluation.sound import at_rate  # noqa: E402
from viseme.evaluation.track import VISEMES, Track, of_labels, of_weights  # noqa: E402

pytestmark = pytest.mark.unit

SIL, PP, FF, AA, OU = (registry.VISEMES.index(name) for name in ("sil", "PP", "FF", "aa", "ou"))
# Half a second of silence, pa fa pu a, half a second of silence.
SENTENCE = ((SIL, 50), (PP, 8), (AA, 16), (FF, 9), (AA, 14), (PP, 7), (OU, 12), (AA, 10), (SIL, 50))

TEXT_GRID = """
        name = "words"
            intervals [1]:
                xmin = 0.000
                xmax = 0.500
                text = "my"
        name = "phones"
            intervals [1]:
                xmin = 0.000
                xmax = 0.100
                text = "M"
            intervals [2]:
                xmin = 0.100
                xmax = 0.300
                text = "AY1"
            intervals [3]:
                xmin = 0.300
                xmax = 0.400
                text = "spn"
            intervals [4]:
                xmin = 0.400
                xmax = 0.500
                text = "sp"
"""


def said(*parts: tuple[int, int]) -> NDArray[np.int64]:
    return np.concatenate([np.full(count, label, np.int64) for label, count in parts])


def late(labels: NDArray[np.int64], frames: int) -> list[metrics.Pair]:
    return [(labels, of_labels(labels, late_frames=frames))]


def test_phones_become_labels_of_ten_milliseconds() -> None:
    labels = reference.labels(reference.text_grid(TEXT_GRID), 52)
    ih = registry.VISEMES.index("ih")
    expected = said((PP, 10), (AA, 12), (ih, 8), (IGNORED, 10), (SIL, 12))  # a diphthong is 60 % its first part
    np.testing.assert_array_equal(labels, expected)


def test_text_grid_without_phones_is_refused() -> None:
    with pytest.raises(ValueError, match="tier"):
        reference.text_grid(TEXT_GRID.replace("phones", "tones"))


def test_tables_of_made_voices_hold_visemes_or_phones() -> None:
    labels = reference.labels(reference.viseme_table("0.0\t0.05\tPP\n0.05\t0.1\t?\n0.1\t0.15\tAA1\n"), 15)
    np.testing.assert_array_equal(labels, said((PP, 5), (IGNORED, 5), (AA, 5)))


def test_word_times_are_in_25000_parts_of_a_second() -> None:
    inside = reference.labels(reference.word_times("0 25000 sil\n25000 50000 bin\n50000 74500 sil\n"), 298)
    np.testing.assert_array_equal(np.flatnonzero(inside), np.arange(100, 200))


def test_perfect_labels_agree_in_every_way() -> None:
    found = metrics.agreement(late(said(*SENTENCE), 0))
    assert (found.accuracy, found.speech_accuracy, found.balanced) == (1.0, 1.0, 1.0)
    assert (found.closed, found.lip_on_teeth) == (metrics.Closures(1.0, 1.0), metrics.Closures(1.0, 1.0))
    assert (found.onset_ms, found.best_shift_ms, found.best_accuracy) == (0.0, 0, 1.0)


def test_labels_forty_milliseconds_late_lose_four_frames_at_each_change() -> None:
    labels = said(*SENTENCE)
    found = metrics.agreement(late(labels, 4))
    assert found.accuracy == pytest.approx(1 - 4 * (len(SENTENCE) - 1) / len(labels))
    assert found.speech_accuracy < found.accuracy  # silence is long and hardly loses
    assert found.closed.recall == 1.0  # 40 ms is just near enough
    assert (found.onset_ms, found.best_shift_ms, found.best_accuracy) == (40.0, 40, 1.0)


def test_closures_further_away_are_missed_and_false() -> None:
    found = metrics.agreement(late(said(*SENTENCE), 6))
    assert (found.closed, found.lip_on_teeth) == (metrics.Closures(0.0, 0.0), metrics.Closures(0.0, 0.0))
    assert found.onset_ms == 60.0


def test_a_mouth_that_never_closes_has_no_recall() -> None:
    labels = said(*SENTENCE)
    closed = metrics.closures([(labels, of_labels(np.where(labels == PP, AA, labels)))], PP)
    assert closed.recall == 0.0
    assert math.isnan(closed.precision)


def test_chatter_costs_precision_and_is_counted() -> None:
    labels = said((AA, 200))
    chatter = np.where(np.arange(200) % 20 < 3, PP, AA)
    chatter[100:] = AA
    pairs = [(said((AA, 20), (PP, 3), (AA, 177)), of_labels(chatter))]
    assert metrics.closures(pairs, PP) == metrics.Closures(1.0, 1 / 5)
    assert metrics.changes_hz([of_labels(chatter)]) == 9 / 2.0
    assert metrics.changes_hz([of_labels(labels)]) == 0.0


def test_what_nobody_knows_is_not_scored() -> None:
    labels = said((AA, 50), (IGNORED, 50), (AA, 50))
    shown = said((AA, 50), (PP, 50), (AA, 50))
    found = metrics.agreement([(labels, of_labels(shown))])
    assert (found.accuracy, found.balanced) == (1.0, 1.0)
    assert math.isnan(found.closed.precision)


def test_shapes_count_alike_however_long_they_last() -> None:
    labels = said((SIL, 900), (AA, 100))
    found = metrics.agreement([(labels, of_labels(np.zeros(1000, np.int64)))])
    assert (found.accuracy, found.balanced, found.speech_accuracy) == (0.9, 0.5, 0.0)
    assert sorted(name for names in metrics.SHAPES.values() for name in names) == sorted(registry.VISEMES)


def test_one_stretch_is_found_once() -> None:
    one, two = stretches(said((SIL, 20), (PP, 8), (SIL, 20))), stretches(said((SIL, 19), (PP, 2), (SIL, 2), (PP, 3), (SIL, 22)))
    assert matched(one.of(PP), two.of(PP), within_frames=4) == [(0, 1)]  # the nearer one
    assert matched(two.of(PP), one.of(PP), within_frames=4) == [(1, 0)]


def test_mouth_open_in_silence_is_seen_away_from_speech_only() -> None:
    spoken = said(*SENTENCE) != SIL
    quiet = of_labels(said(*SENTENCE))
    assert mouth_metrics.silence([(spoken, quiet)]) == mouth_metrics.Silence(0.0, 0.0, 2 * (50 - 9))
    ajar = Track(quiet.weights, np.where(spoken, quiet.mouth_open, 0.1))
    assert mouth_metrics.silence([(spoken, ajar)]).open_share == 1.0
    near = Track(quiet.weights, quiet.mouth_open + 0.5 * np.convolve(spoken, np.ones(11), mode="same").clip(0, 1) * ~spoken)
    assert mouth_metrics.silence([(spoken, near)]).open_share == 0.0


def test_mouth_moves_inside_words_and_is_shut_around_them() -> None:
    spoken = said((0, 60), (1, 100), (0, 60)) == 1
    moving = np.where(spoken, 0.5 + 0.5 * np.sin(np.arange(220) / 3), 0.0)
    weights = np.zeros((220, VISEMES))
    assert mouth_metrics.words([(spoken, Track(weights, moving))]) == mouth_metrics.Words(1.0, 1.0, 1.0)
    still = mouth_metrics.words([(spoken, Track(weights, np.full(220, 0.4)))])
    assert still == mouth_metrics.Words(0.0, 0.0, 0.0)


@pytest.mark.parametrize("frames", [0, 4, 7])
def test_lead_of_a_late_mouth_is_negative(frames: int) -> None:
    lead = mouth_metrics.lead(late(said(*SENTENCE, *SENTENCE), frames))
    assert lead.curve_ms == pytest.approx(-10 * frames, abs=2)
    assert lead.edges_ms == -10 * frames


def test_lead_of_a_mouth_that_does_not_move_is_unknown() -> None:
    labels = said(*SENTENCE)
    lead = mouth_metrics.lead([(labels, of_labels(np.zeros(len(labels), np.int64)))])
    assert math.isnan(lead.curve_ms)
    assert math.isnan(lead.edges_ms)


def test_declared_look_ahead_is_taken_out() -> None:
    labels = said(*SENTENCE)
    seen = of_labels(labels, late_frames=10).weights
    assert metrics.agreement([(labels, of_weights(seen, len(labels)))]).speech_accuracy < 0.2
    assert metrics.agreement([(labels, of_weights(seen, len(labels), look_ahead_frames=10))]).accuracy == 1.0


def test_lips_are_apart_as_the_rig_parts_them() -> None:
    openness = mouth.openness()
    assert (openness[SIL], openness[PP], openness[AA]) == (0.0, 0.0, 1.0)
    assert 0 < openness[FF] < openness[OU] < openness[AA]


def test_shown_mouth_closes_for_a_short_closure_and_stays_shut_for_faint_noise() -> None:
    said_clearly = np.eye(VISEMES, dtype=np.float32)[said((AA, 40), (PP, 5), (AA, 40), (SIL, 60))]
    faint = np.tile(0.97 * np.eye(VISEMES, dtype=np.float32)[SIL] + 0.03 / VISEMES, (30, 1)).astype(np.float32)
    loudness = [np.full(len(rows), mouth.USUAL_LOUDNESS, np.float32) for rows in (said_clearly, faint)]
    clear, still = mouth.shown([said_clearly, faint], loudness)
    assert clear[38] > 0.9
    assert clear[40:50].min() <= mouth_metrics.SHUT
    assert clear[84] > 0.9
    assert clear[-1] <= mouth_metrics.SHUT
    assert still.max() <= mouth_metrics.SHUT
    np.testing.assert_allclose(mouth.shown([faint], loudness[1:])[0], still)  # clips do not touch each other


def listening(pcm: NDArray[np.float32], *, until_ms: int) -> NDArray[np.float64]:
    """A row per 10 ms that is the sum of all sound up to `until_ms` behind its instant."""
    sums = np.cumsum(np.concatenate((pcm.astype(np.float64), np.zeros(until_ms * 16))))
    return sums[np.arange(len(pcm) // 160) * 160 + until_ms * 16 - 1][:, None]


@pytest.mark.parametrize(("until_ms", "holds", "leaks", "used"), [(40, True, 0, 12), (30, False, 0, 0), (50, False, 12, 12)])
def test_cut_off_finds_more_and_less_look_ahead_than_declared(until_ms: int, holds: bool, leaks: int, used: int) -> None:
    pcm = np.random.default_rng(3).normal(0, 0.1, 16_000).astype(np.float32)
    found = cut_off(lambda sound: listening(sound, until_ms=until_ms), pcm, look_ahead_ms=40)
    assert (found.holds, found.tried, found.leaks, found.used) == (holds, 12, leaks, used)
    assert ("holds" in str(found)) is holds


def test_sound_at_another_rate_is_in_time() -> None:
    at_secs = np.arange(8000) / 16_000
    pcm = (np.sin(2 * np.pi * 300 * at_secs) * np.hanning(8000)).astype(np.float32)
    more = at_rate(pcm, 48_000)
    assert len(more) == 24_000
    np.testing.assert_allclose(more[::3], pcm, atol=1e-3)
    with pytest.raises(ValueError, match="rate is 8000 Hz"):
        at_rate(pcm, 8000)


def test_table_has_what_each_set_can_tell() -> None:
    labels = said(*SENTENCE)
    pcm = np.zeros(len(labels) * 160, np.float32)
    phones = DataSet("b", "voice", (Clip("one", pcm, labels, labels != SIL),))
    films = DataSet("c", "films", (Clip("two", pcm, None, labels != SIL),))
    rows = [table.row("perfect", 40, data, [of_labels(labels)]) for data in (phones, films)]
    by_column = [dict(zip(table.COLUMNS, row, strict=True)) for row in rows]
    assert (by_column[0]["right"], by_column[0]["PP rec/prec"], by_column[0]["moves in words"]) == ("100", "100/100", "-")
    assert (by_column[1]["right"], by_column[1]["moves in words"], by_column[1]["shut before/after"]) == ("-", "100", "100/100")
    text = table.markdown(rows)
    assert len({line.count("|") for line in text.splitlines()}) == 1
    assert len(table.plain(rows).splitlines()) == 3


def test_section_goes_between_the_markers_and_nowhere_else() -> None:
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    once = table.between_markers(text, "new")
    assert once == f"before\n{table.BEGIN}\n\nnew\n\n{table.END}\nafter\n"
    assert table.between_markers(once, "new") == once
    with pytest.raises(ValueError, match="markers of the table are missing or doubled"):
        table.between_markers("", "new")
