"""The viseme network in PyTorch: causal convolutions, each looking twice as far back as the one before (van den Oord et al. 2016)."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from affectia import registry
from affectia.perception.voice.log_mel import MELS

LABEL_DELAY: Final = 3  # row j speaks of the instant 10 ms * (j - 3); a row has heard 10 ms * (j + 1): 40 ms of look-ahead
VISEMES: Final = len(registry.VISEMES)
CHANNELS: Final = 96
TAPS: Final = 3
# What is shown is the mean of the newest answers, newest first: half as many changes of the leading viseme for 8 ms of lag.
SMOOTHING: Final = (8 / 15, 4 / 15, 2 / 15, 1 / 15)
DILATIONS: Final = (1, 2, 4, 8, 16)  # frames: 0.65 s of the past in all


class Block(nn.Module):
    """A dilated convolution and a mixing of channels beside a straight way."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.past = (TAPS - 1) * dilation
        self.taps = nn.Conv1d(channels, channels, TAPS, dilation=dilation)
        self.norm = nn.BatchNorm1d(channels)
        self.mix = nn.Conv1d(channels, channels, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, time), as long as it was."""
        seen = torch.relu(self.norm(self.taps(nn.functional.pad(x, (self.past, 0)))))
        return torch.as_tensor(x + self.mix(self.dropout(seen)))


class VisemeNetwork(nn.Module):
    """(batch, time, MELS) log-mel -> (batch, time, 15) logarithms of shares that sum to 1; knows no future."""

    def __init__(self, channels: int = CHANNELS) -> None:
        super().__init__()
        self.enter = nn.Conv1d(MELS, channels, TAPS)
        self.enter_norm = nn.BatchNorm1d(channels)
        self.blocks = nn.ModuleList(Block(channels, dilation) for dilation in DILATIONS)
        self.leave = nn.Conv1d(channels, VISEMES, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """The logarithms of every frame, from a state of zeros."""
        x = torch.relu(self.enter_norm(self.enter(nn.functional.pad(mel.transpose(1, 2), (TAPS - 1, 0)))))
        for block in self.blocks:
            x = block(x)
        shares = torch.softmax(self.leave(torch.relu(x)).float(), dim=1)
        before = nn.functional.pad(shares, (len(SMOOTHING) - 1, 0), mode="replicate")
        time = shares.shape[2]
        late = [weight * before[:, :, len(SMOOTHING) - 1 - tap :][:, :, :time] for tap, weight in enumerate(SMOOTHING)]
        return torch.log(torch.stack(late).sum(0).clamp_min(1e-6)).transpose(1, 2)
