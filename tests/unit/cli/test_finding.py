from __future__ import annotations

from collections.abc import Iterator

import pytest

from affectia.cli.finding import Check, Finding, Level, run_checks, verdict
from affectia.errors import CaptureError

pytestmark = pytest.mark.unit

GOOD = Finding("a", Level.OK, "fine", "or look closer")
ODD = Finding("b", Level.WARNING, "slow", "end the others")
BAD = Finding("c", Level.PROBLEM, "gone", "bring it back")


def check(name: str, *findings: Finding, error: BaseException | None = None) -> Check:
    def run() -> Iterator[Finding]:
        yield from findings
        if error is not None:
            raise error

    return Check(name, f"the {name}", run)


def test_findings_come_in_order_and_each_check_is_announced() -> None:
    begun: list[str] = []
    found = run_checks([check("one", GOOD, ODD), check("two", BAD)], lambda each: begun.append(each.what))
    assert next(found) == GOOD
    assert begun == ["the one"]
    assert list(found) == [ODD, BAD]
    assert begun == ["the one", "the two"]


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    checks = [
        check("one", GOOD, error=RuntimeError("jawOpen is 0.7")),
        check("two", error=CaptureError("take does not exist: a.csv")),
        check("three", error=ImportError("libEGL.so.1", name="cv2")),
        check("four", GOOD),
    ]
    found = list(run_checks(checks, lambda _check: None))
    assert [(each.name, each.level) for each in found[1:4]] == [
        ("one", Level.PROBLEM),
        ("two", Level.PROBLEM),
        ("three", Level.WARNING),
    ]
    assert found[1].found == "the check itself ended with RuntimeError"  # its text may hold anything
    assert found[2].found == "take does not exist: a.csv"
    assert found[3].found == "not looked at: cv2 does not import"
    assert found[4] == GOOD


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ([GOOD], "everything works here: `affectia demo` shows it"),
        ([GOOD, ODD], "it works, with 1 warning; first: end the others"),
        ([ODD, BAD, BAD], "2 problems and 1 warning; first: bring it back"),
        ([Finding("c", Level.PROBLEM, "gone")], "1 problem; first: gone"),
        ([ODD, ODD, Finding("c", Level.PROBLEM, "gone")], "1 problem and 2 warnings; first: end the others"),
    ],
)
def test_the_verdict_names_the_first_thing_to_do(findings: list[Finding], sentence: str) -> None:
    assert verdict(findings) == sentence
