from __future__ import annotations

import pytest

from affectia.cli.doctor_hearing import DETECTOR_MODEL, hearing_findings
from affectia.cli.doctor_libraries import Tried
from affectia.cli.finding import Finding, Level
from affectia.perception.voice.silero_network import SILERO_MODEL

pytestmark = pytest.mark.unit

NO_RUNTIME = "onnxruntime is not installed, expected it for networks that hear voices and read faces, run `pip install affectia[cpu]`"
NO_DETECTOR = "model silero_vad is not in the cache, run `affectia models pull silero_vad`"
NO_WEIGHTS = "weights are not there, expected them to come with Affectia, install it again: viseme.onnx"
SET_UP = "`python3 run.py setup` in a checkout, or `pip install affectia[cpu]`"


def findings(**told: object) -> list[Finding]:
    all_well = {"visemes": "", "detector": "", "version": "7", "run_millis": 0.2, "provider": "", "notice": ""}
    return list(hearing_findings(Tried("hearing:x", told=all_well | told)))


def found(*, visemes: str = "", detector: str = "", run_millis: float = 0.2) -> tuple[Finding, Finding]:
    network, speech = findings(visemes=visemes, detector=detector, run_millis=run_millis)
    assert (network.name, speech.name) == ("viseme network", "speech detector")
    return network, speech


def test_networks_that_run_are_told_with_their_figure() -> None:
    network, speech = found()
    assert (network.level, network.found) == (Level.OK, "version 7, 10 ms of a voice take 0.20 ms")
    assert (speech.level, speech.found) == (Level.OK, "runs")


def test_a_machine_that_is_too_slow_for_a_voice_is_a_warning() -> None:
    network, _speech = found(run_millis=4.0)
    assert (network.level, network.next_step) == (Level.WARNING, "the mouth will be late here: end other programs")


def test_what_is_missing_is_told_with_what_happens_without_it() -> None:
    network, speech = found(visemes=NO_WEIGHTS, detector=NO_DETECTOR)
    assert network == Finding(
        "viseme network",
        Level.WARNING,
        "degraded, the mouth moves by loudness alone: weights are not there",
        "install Affectia again, or update the checkout: its weights belong to it",
    )
    assert speech == Finding(
        "speech detector",
        Level.WARNING,
        "degraded, speech is told from loudness alone: model silero_vad is not in the cache",
        "affectia models pull silero_vad",
    )


def test_without_the_library_both_say_how_to_get_it() -> None:
    assert [each.next_step for each in found(visemes=NO_RUNTIME, detector=NO_RUNTIME)] == [SET_UP, SET_UP]


@pytest.mark.parametrize(
    ("hearing", "text", "step"),
    [
        (Tried("hearing:x", "did not answer within 8.0 s", late=True), "did not answer within 8.0 s", "try again when the machine is less"),
        (Tried("hearing:x", "ended its process with code -11"), "does not run: ended its process with code -11", "install it anew"),
    ],
)
def test_hearing_that_breaks_is_no_problem_for_faces(hearing: Tried, text: str, step: str) -> None:
    (finding,) = hearing_findings(hearing)
    assert (finding.name, finding.level, finding.found) == ("hearing", Level.WARNING, text)
    assert finding.next_step.startswith(step)


def test_the_detector_is_the_one_that_voices_load() -> None:
    assert DETECTOR_MODEL == SILERO_MODEL


@pytest.mark.parametrize(
    ("provider", "text"), [("CPU", "the CPU runs all networks"), ("CUDA", "CUDA runs large networks of full precision, the CPU all others")]
)
def test_what_runs_large_networks_is_told(provider: str, text: str) -> None:
    *_others, finding = findings(provider=provider)
    assert (finding.name, finding.level, finding.found) == ("execution provider", Level.OK, text)


def test_a_card_that_does_not_start_is_a_warning() -> None:
    notice = "CUDAExecutionProvider is not available (it does not start on this machine), CPUExecutionProvider runs instead"
    *_others, finding = findings(provider="CPU", notice=notice)
    assert (finding.level, finding.found) == (Level.WARNING, notice)
    assert finding.next_step.startswith("see to the driver")
