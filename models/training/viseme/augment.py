"""Other rooms, microphones, levels and noises, made of log-mel frames: quick enough for every batch anew."""

from __future__ import annotations

import torch
from torch import Tensor

from affectia.perception.voice.log_mel import MELS

# What log_mel does at its end: (log power - MEAN) / SPREAD, and its floor.
_MEAN, _SPREAD, _FLOOR = -10.0, 5.0, 1e-10
_DB = 0.2302585  # natural logarithm of power in a decibel


def augmented(mel: Tensor, chance: torch.Generator) -> Tensor:
    """(batch, time, MELS) as if each row had been recorded elsewhere; the labels stay right."""
    batch = mel.shape[0]
    power = torch.exp(mel * _SPREAD + _MEAN) - _FLOOR
    power = power.clamp_min(0)
    power = _reverberated(power, chance)
    power = power * torch.exp(_DB * _colour(batch, chance, tilt_db=8.0, ripple_db=5.0))
    loud = power.mean(dim=(1, 2), keepdim=True) + 1e-9
    power = power + _babble(power, chance) + loud * _noise(power, chance)
    gain_db = _uniform((batch, 1, 1), -26.0, 8.0, chance)
    power = power * torch.exp(_DB * gain_db)
    power = _narrowed(power, chance)
    return (torch.log(power.clamp_min(_FLOOR)) - _MEAN) / _SPREAD


def _uniform(shape: tuple[int, ...], low: float, high: float, chance: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=chance) * (high - low) + low


def _happens(batch: int, share: float, chance: torch.Generator) -> Tensor:
    return (torch.rand((batch, 1, 1), generator=chance) < share).float()


def _colour(batch: int, chance: torch.Generator, *, tilt_db: float, ripple_db: float) -> Tensor:
    """(batch, 1, MELS) decibels: a tilt and slow ripples."""
    place = torch.linspace(-1, 1, MELS)
    tilt = _uniform((batch, 1), -tilt_db, tilt_db, chance) * place
    colour = tilt
    for waves in (0.7, 1.5, 3.0):
        phase = _uniform((batch, 1), 0, 6.283, chance)
        depth = _uniform((batch, 1), 0, ripple_db / (1 + waves), chance)
        colour = colour + depth * torch.cos(3.1416 * waves * place + phase)
    return colour[:, None, :]


def _reverberated(power: Tensor, chance: torch.Generator) -> Tensor:
    """Each row with an exponential tail of its own: Polack's model of a room, in power."""
    batch, time, _ = power.shape
    length = 40
    decay = _uniform((batch, 1), 0.02, 0.14, chance)  # seconds in which power falls to 1 / e: rooms up to 1 s of RT60
    tail = torch.exp(-torch.arange(1, length + 1) * 0.01 / decay)
    tail = tail / tail.sum(dim=1, keepdim=True)
    wet = _uniform((batch, 1), 0.0, 0.45, chance) * _happens(batch, 0.3, chance)[:, 0]
    kernel = torch.cat((1 - wet, wet * tail), dim=1).flip(1)[:, None, None, :]
    padded = torch.nn.functional.pad(power.transpose(1, 2), (length, 0))[None]
    return torch.nn.functional.conv2d(padded.reshape(1, batch, MELS, time + length), kernel, groups=batch)[0].transpose(1, 2)


def _noise(power: Tensor, chance: torch.Generator) -> Tensor:
    """Coloured noise against a mean power of 1: steady in some rows, swelling in others, none in half of them."""
    batch, time, _ = power.shape
    level_db = -_uniform((batch, 1, 1), 10.0, 50.0, chance)
    colour = _colour(batch, chance, tilt_db=18.0, ripple_db=14.0)
    swell = torch.randn((batch, max(2, time // 25), 1), generator=chance)
    swell = torch.nn.functional.interpolate(swell.transpose(1, 2), time, mode="linear").transpose(1, 2)
    swell = swell * _uniform((batch, 1, 1), 0.0, 5.0, chance)
    # A band of noise has the power of a few independent samples: about a chi square of 4 degrees of freedom.
    flutter = torch.rand((2, *power.shape), generator=chance).clamp_min(1e-6).log().sum(0) / -2
    return torch.exp(_DB * (level_db + colour + swell)) * flutter * _happens(batch, 0.5, chance)


def _babble(power: Tensor, chance: torch.Generator) -> Tensor:
    """Somebody else in the background: another row of the batch."""
    batch = power.shape[0]
    level_db = -_uniform((batch, 1, 1), 14.0, 30.0, chance)
    return power.roll(1, 0) * torch.exp(_DB * level_db) * _happens(batch, 0.1, chance)


def _narrowed(power: Tensor, chance: torch.Generator) -> Tensor:
    """Some rows came through a headset or a codec that lets nothing of the highest or lowest bands through."""
    batch = power.shape[0]
    band = torch.arange(MELS)[None, None, :]
    highest = _uniform((batch, 1, 1), 26, 40, chance)
    lowest = _uniform((batch, 1, 1), 0, 5, chance)
    inside = torch.sigmoid(2 * (highest - band)) * torch.sigmoid(2 * (band - lowest))
    is_narrow = _happens(batch, 0.2, chance)
    return power * (inside.clamp_min(1e-5) * is_narrow + 1 - is_narrow)
