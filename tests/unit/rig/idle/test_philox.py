from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from affectia.errors import ConfigError
from affectia.rig.idle import philox

pytestmark = pytest.mark.unit

# The known answers of Random123, which the authors of the paper publish with their code.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def scalar(counter: Sequence[int], key: Sequence[int]) -> list[int]:
    """Philox4x32-10 as the paper writes it, one number at a time."""
    r0, l0, r1, l1 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * r0, 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * r1, 1 << 32)
        r0, l0, r1, l1 = high1 ^ l0 ^ k0, low1, high0 ^ l1 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % (1 << 32), (k1 + 0xBB67AE85) % (1 << 32)
    return [r0, l0, r1, l1]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_the_published_answers_come_out(counter: tuple[int, ...], key: tuple[int, ...], answer: tuple[int, ...]) -> None:
    words = philox.philox4x32(np.array([counter], np.uint32), np.array([key], np.uint32))
    assert tuple(words[0].tolist()) == answer
    assert tuple(scalar(counter, key)) == answer


def test_many_at_once_are_each_alone() -> None:
    rng = np.random.default_rng(1)
    counters, keys = (rng.integers(0, 1 << 32, (50, width), np.uint32) for width in (4, 2))
    words = philox.philox4x32(counters, keys)
    assert words.dtype == np.uint32
    assert words.tolist() == [scalar(counter.tolist(), key.tolist()) for counter, key in zip(counters, keys, strict=True)]


def test_keys_differ_by_avatar_and_seed_and_are_the_same_again() -> None:
    keys = [tuple(philox.key_of(name, seed=seed).tolist()) for name in ("a", "b", "ab") for seed in (0, 1, (1 << 64) - 1)]
    assert len(set(keys)) == len(keys)
    assert philox.key_of("guard-1", seed=7).tolist() == philox.key_of("guard-1", seed=7).tolist()


@pytest.mark.parametrize("seed", [-1, 1 << 64])
def test_a_seed_has_64_bits(seed: int) -> None:
    with pytest.raises(ConfigError, match=f"seed is {seed}, expected 0 to 18446744073709551615"):
        philox.key_of("a", seed=seed)


def test_numbers_are_spread_as_they_should_be() -> None:
    counters = np.zeros((20_000, 4), np.uint32)
    counters[:, 0] = np.arange(len(counters))
    words = philox.philox4x32(counters, np.ones((len(counters), 2), np.uint32))
    flat, bell = philox.uniform(words).ravel(), philox.normal(words).ravel()
    assert 0 < flat.min() < 1e-4
    assert 1 - 1e-4 < flat.max() < 1
    np.testing.assert_allclose(np.histogram(flat, 10, (0, 1))[0], flat.size / 10, rtol=0.05)
    assert bell.mean() == pytest.approx(0, abs=0.02)
    assert bell.std() == pytest.approx(1, abs=0.02)
    assert np.mean(np.abs(bell) < 1) == pytest.approx(0.6827, abs=0.01)
    assert np.mean(np.abs(bell) < 2) == pytest.approx(0.9545, abs=0.005)


def test_the_ends_of_the_range_are_not_reached() -> None:
    ends = np.array([[0, 0xFFFFFFFF]], np.uint32)
    low, high = philox.uniform(ends)[0]
    assert 0 < low < high < 1
    assert np.isfinite(philox.normal(ends)).all()
