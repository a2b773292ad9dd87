from __future__ import annotations

import pytest

from affectia import errors
from affectia.errors import AffectiaError, ConfigError, WireError, not_one_of

pytestmark = pytest.mark.unit

EVERY = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AffectiaError)]


def made(kind: type[AffectiaError]) -> AffectiaError:
    return kind(3, "text") if kind is WireError else kind("text")


@pytest.mark.parametrize("kind", EVERY)
def test_an_error_says_its_message_and_nothing_else(kind: type[AffectiaError]) -> None:
    assert str(made(kind)) == "text"


@pytest.mark.parametrize("kind", EVERY)
def test_the_docstring_draws_every_error_with_its_builtin_and_exit_code(kind: type[AffectiaError]) -> None:
    line = next(line for line in (errors.__doc__ or "").splitlines() if kind.__name__ in line.split())
    builtin = [base.__name__ for base in kind.__bases__ if not issubclass(base, AffectiaError) and base is not Exception]
    assert [f"({name})" in line for name in builtin] == [True] * len(builtin)
    if "exit_code" in vars(kind):
        assert str(kind.exit_code) in line.replace(",", " ").split()


def test_exit_codes_tell_the_families_apart() -> None:
    own = [kind.exit_code for kind in EVERY if "exit_code" in vars(kind)]
    assert len(own) == len(set(own))
    assert 0 not in own
    assert errors.ModelCorrupt.exit_code == errors.ModelError.exit_code


def test_a_wire_error_carries_its_status() -> None:
    error = WireError(4, "avatar_frame is unknown")
    assert (error.status, str(error)) == (4, "avatar_frame is unknown")
    assert isinstance(error, ValueError)


def test_a_setting_that_is_none_of_its_choices_is_told_the_nearest() -> None:
    error = not_one_of("mode", "atuo", ("auto", "off"))
    assert isinstance(error, ConfigError)
    assert str(error) == "mode is 'atuo', expected one of auto, off, did you mean auto"
    assert str(not_one_of("mode", "xyz", ("auto", "off"))) == "mode is 'xyz', expected one of auto, off"
