"""What a check of `affectia doctor` found, and what all of them come to."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from affectia.errors import AffectiaError


class Level(enum.Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `next_step` is empty where nothing is to do. Holds no pictures and nothing about a person."""

    name: str
    level: Level
    found: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at: `what` says it while it runs."""

    name: str
    what: str
    run: Callable[[], Iterable[Finding]]


def run_checks(checks: Sequence[Check], begin: Callable[[Check], None]) -> Iterator[Finding]:
    """The findings of every check as they come; `begin` is told before each. What breaks inside a check is a finding too."""
    for check in checks:
        begin(check)
        try:
            yield from check.run()
        except AffectiaError as error:
            yield Finding(check.name, Level.PROBLEM, str(error))
        except ImportError as error:
            found = f"not looked at: {error.name or 'a library'} does not import"
            yield Finding(check.name, Level.WARNING, found, "see to the libraries first")
        except Exception as error:
            # What a library raises may hold anything; only its type is told.
            yield Finding(check.name, Level.PROBLEM, f"the check itself ended with {type(error).__name__}", "tell the makers of Affectia")


def verdict(findings: Sequence[Finding]) -> str:
    """All of it in one sentence, with the first thing to do."""
    problems = [finding for finding in findings if finding.level is Level.PROBLEM]
    warnings = [finding for finding in findings if finding.level is Level.WARNING]
    first = next((finding.next_step for finding in (*problems, *warnings) if finding.next_step), "")
    counted = _counted(len(warnings), "warning")
    if problems:
        also = f" and {counted}" if warnings else ""
        return f"{_counted(len(problems), 'problem')}{also}; first: {first or problems[0].found}"
    if warnings:
        return f"it works, with {counted}; first: {first or warnings[0].found}"
    return "everything works here: `affectia demo` shows it"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
