"""Execution providers: what of a machine runs a network, chosen in order, with the processor at the end of every order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from affectia.errors import not_one_of

AUTO: Final = "auto"
CPU: Final = "CPUExecutionProvider"
# What a setting calls it -> what onnxruntime calls it, in the order in which AUTO tries them. CoreML is left out of that order: it cuts a
# network whose axes are open into many pieces, and what passes between them costs more than it gains.
PROVIDERS: Final[Mapping[str, str]] = MappingProxyType(
    {"cuda": "CUDAExecutionProvider", "directml": "DmlExecutionProvider", "coreml": "CoreMLExecutionProvider", "cpu": CPU}
)
_TRIED_BY_AUTO: Final = ("cuda", "directml", "cpu")
_PACKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"cuda": "onnxruntime-gpu", "directml": "onnxruntime-directml", "coreml": "onnxruntime on macOS"}
)


def check_wanted(wanted: str, *, setting: str) -> str:
    """`wanted` as it is; raises ConfigError where it is neither AUTO nor one of PROVIDERS. `setting` is what the message calls it."""
    known = (AUTO, *PROVIDERS)
    if wanted not in known:
        raise not_one_of(setting, wanted, known)
    return wanted


def in_order(wanted: str, available: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The providers to try one after another, CPU last, and what speaks against the wanted one already, in the words of `refusal`.

    `wanted` is AUTO or one of PROVIDERS, `available` what onnxruntime says it was built with, which does not tell whether a graphics card
    is there: that shows only when a network is opened.

    Raises:
        ConfigError: `wanted` is neither.
    """
    check_wanted(wanted, setting="provider")
    if wanted == AUTO:
        return tuple(PROVIDERS[name] for name in _TRIED_BY_AUTO if PROVIDERS[name] in available or PROVIDERS[name] == CPU), ()
    provider = PROVIDERS[wanted]
    if provider != CPU and provider not in available:
        return (CPU,), (refusal(provider, f"this onnxruntime is without it, {_PACKAGES[wanted]} has it"),)
    return tuple(dict.fromkeys((provider, CPU))), ()


def short_name(provider: str) -> str:
    """What a status calls a provider: CPU, CUDA, DirectML, CoreML."""
    return "DirectML" if provider == PROVIDERS["directml"] else provider.removesuffix("ExecutionProvider")


def refusal(provider: str, reason: str) -> str:
    """That a provider does not run, as the first half of a notice."""
    return f"{provider} is not available ({reason})"


def notice(refusals: Sequence[str], runs: str) -> str:
    """One line for whoever wanted something else: what does not run, why, and what runs; empty where nothing was refused."""
    return f"{' and '.join(refusals)}, {runs} runs instead" if refusals else ""
