"""The networks of hearing, run in a child process (doctor_probe): what is there, and what the mouth does without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from affectia.cli.doctor_libraries import Tried, hearing_step, short
from affectia.cli.finding import Finding, Level

DETECTOR_MODEL: Final = "silero_vad"
_SLOW_MILLIS: Final = 2.0  # of 10 ms of sound: a fifth of a processor for one voice
_AGAIN: Final = "install Affectia again, or update the checkout: its weights belong to it"


def hearing_findings(hearing: Tried) -> Iterator[Finding]:
    """The viseme network and the speech detector; faces need neither, so nothing about them is worse than a warning."""
    if hearing.error:
        found = short(hearing.error) if hearing.late else f"does not run: {short(hearing.error)}"
        yield Finding("hearing", Level.WARNING, found, hearing_step(hearing.error))
        return
    told = hearing.told
    yield _visemes(told["visemes"], told["version"], told["run_millis"])
    yield _detector(told["detector"])
    if told["provider"]:
        yield _provider(told["provider"], told["notice"])


def _visemes(problem: str, version: str, run_millis: float) -> Finding:
    name = "viseme network"
    if problem:
        return Finding(name, Level.WARNING, f"degraded, the mouth moves by loudness alone: {_reason(problem)}", _step(problem, _AGAIN))
    found = f"version {version or 'not named'}, 10 ms of a voice take {run_millis:.2f} ms"
    if run_millis > _SLOW_MILLIS:
        return Finding(name, Level.WARNING, found, "the mouth will be late here: end other programs")
    return Finding(name, Level.OK, found)


def _detector(problem: str) -> Finding:
    name = "speech detector"
    if not problem:
        return Finding(name, Level.OK, "runs")
    step = _step(problem, f"affectia models pull {DETECTOR_MODEL}")
    return Finding(name, Level.WARNING, f"degraded, speech is told from loudness alone: {_reason(problem)}", step)


def _provider(provider: str, notice: str) -> Finding:
    """What would run a network that is large enough for a graphics card; int8 files of SenseVoice stay on the processor."""
    name = "execution provider"
    if notice:
        return Finding(name, Level.WARNING, notice, "see to the driver of the graphics card and to its libraries (CUDA, cuDNN)")
    found = "the CPU runs all networks" if provider == "CPU" else f"{provider} runs large networks of full precision, the CPU all others"
    return Finding(name, Level.OK, found)


def _reason(problem: str) -> str:
    """The finding alone: what was expected and the next step are told in another way here."""
    return short(problem.partition(", ")[0])


def _step(problem: str, step: str) -> str:
    return hearing_step("No module named") if "is not installed" in problem else step
