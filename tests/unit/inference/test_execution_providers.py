from __future__ import annotations

import pytest

from affectia.errors import ConfigError
from affectia.inference.execution_providers import AUTO, CPU, PROVIDERS, check_wanted, in_order, notice, refusal, short_name

pytestmark = pytest.mark.unit

CUDA, DIRECTML, COREML = "CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider"


@pytest.mark.parametrize(
    ("wanted", "available", "tried"),
    [
        (AUTO, [CPU], (CPU,)),
        (AUTO, ["TensorrtExecutionProvider", CUDA, CPU], (CUDA, CPU)),
        (AUTO, [CPU, DIRECTML, CUDA], (CUDA, DIRECTML, CPU)),  # the order is ours
        (AUTO, [COREML, CPU], (CPU,)),
        (AUTO, [], (CPU,)),
        ("coreml", [COREML, CPU], (COREML, CPU)),
        ("directml", [CUDA, DIRECTML, CPU], (DIRECTML, CPU)),
        ("cpu", [CUDA, CPU], (CPU,)),
    ],
)
def test_what_is_there_is_tried_in_order(wanted: str, available: list[str], tried: tuple[str, ...]) -> None:
    assert in_order(wanted, available) == (tried, ())


@pytest.mark.parametrize(("wanted", "package"), [("cuda", "onnxruntime-gpu"), ("directml", "onnxruntime-directml"), ("coreml", "macOS")])
def test_what_this_onnxruntime_is_without_is_told_with_the_package_that_has_it(wanted: str, package: str) -> None:
    tried, refusals = in_order(wanted, ["AzureExecutionProvider", CPU])
    assert tried == (CPU,)
    assert len(refusals) == 1
    assert refusals[0].startswith(f"{PROVIDERS[wanted]} is not available (")
    assert package in refusals[0]


def test_an_unknown_provider_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match=r"provider is 'cudda', expected one of auto, cuda, directml, coreml, cpu, did you mean cuda"):
        in_order("cudda", [CPU])
    with pytest.raises(ConfigError, match="emotion.provider is ''"):
        check_wanted("", setting="emotion.provider")


@pytest.mark.parametrize("wanted", [AUTO, *PROVIDERS])
def test_a_known_one_is_taken(wanted: str) -> None:
    assert check_wanted(wanted, setting="provider") == wanted


def test_a_notice_says_what_does_not_run_and_what_does() -> None:
    assert notice((), CPU) == ""
    assert notice((refusal(CUDA, "no card"),), CPU) == "CUDAExecutionProvider is not available (no card), CPUExecutionProvider runs instead"
    both = notice((refusal(CUDA, "no card"), refusal(DIRECTML, "no driver")), CPU)
    assert both.endswith("(no card) and DmlExecutionProvider is not available (no driver), CPUExecutionProvider runs instead")


@pytest.mark.parametrize(("provider", "short"), [(CPU, "CPU"), (CUDA, "CUDA"), (DIRECTML, "DirectML"), (COREML, "CoreML")])
def test_a_status_has_the_short_name(provider: str, short: str) -> None:
    assert short_name(provider) == short
