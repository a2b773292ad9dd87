"""Random numbers that are a function of their place: Philox4x32-10, many at once.

After Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Nothing is remembered between two numbers, so
each avatar has its own, whatever others there are and in whatever order they are asked for.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from affectia.errors import ConfigError

_ROUNDS: Final = 10
_MULTIPLIERS: Final = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL: Final = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_LOW: Final = np.uint64(0xFFFFFFFF)
_HIGH: Final = np.uint64(32)
_LARGEST_SEED: Final = (1 << 64) - 1


def philox4x32(counters: NDArray[np.uint32], keys: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """(m, 4) random words of (m, 4) counters under (m, 2) keys."""
    c0, c1, c2, c3 = counters.T.astype(np.uint64)
    k0, k1 = keys.T.astype(np.uint64)
    for _ in range(_ROUNDS):
        first, third = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1 = (third >> _HIGH) ^ c1 ^ k0, third & _LOW
        c2, c3 = (first >> _HIGH) ^ c3 ^ k1, first & _LOW
        k0, k1 = (k0 + _WEYL[0]) & _LOW, (k1 + _WEYL[1]) & _LOW
    return np.stack((c0, c1, c2, c3), axis=1).astype(np.uint32)


def key_of(avatar_id: str, *, seed: int) -> NDArray[np.uint32]:
    """(2,) the key of an avatar under a seed of 64 bits; ConfigError for a larger one."""
    if not 0 <= seed <= _LARGEST_SEED:
        raise ConfigError(f"seed is {seed}, expected 0 to {_LARGEST_SEED}")
    digest = hashlib.blake2b(avatar_id.encode(), key=seed.to_bytes(8, "little"), digest_size=8).digest()
    return np.frombuffer(digest, "<u4").astype(np.uint32)


def uniform(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Words as numbers between 0 and 1, neither of which is reached."""
    return (words.astype(np.float64) + 0.5) * 2.0**-32


def normal(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """(m, 2k) words as (m, 2k) numbers of a standard normal distribution, after Box and Muller (1958)."""
    pairs = uniform(words).reshape(words.shape[0], -1, 2)
    # Contiguous, since numpy may compute a logarithm in another way where numbers lie apart.
    radius = np.sqrt(-2 * np.log(np.ascontiguousarray(pairs[..., 0])))
    angle = 2 * np.pi * np.ascontiguousarray(pairs[..., 1])
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=-1).reshape(words.shape)
