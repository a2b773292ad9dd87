"""The face emotion network in PyTorch: a residual network (He et al. 2016) for small grey faces."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fer.shape import BLOCKS, EMOTIONS, LEAST_VARIANCE, NORM_EPSILON, STEM, WIDTHS


class Block(nn.Module):  # type: ignore[misc]
    """Two convolutions beside a straight way; in training the convolutions of a face are left out now and then (Huang et al. 2016)."""

    def __init__(self, entering: int, leaving: int, stride: int, left_out: float) -> None:
        super().__init__()
        self.left_out = left_out
        self.chance: torch.Generator | None = None
        self.first = nn.Conv2d(entering, leaving, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(leaving, eps=NORM_EPSILON)
        self.second = nn.Conv2d(leaving, leaving, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(leaving, eps=NORM_EPSILON)
        self.straight: nn.Module = nn.Identity()
        if stride != 1 or entering != leaving:
            self.straight = nn.Sequential(
                nn.AvgPool2d(stride) if stride != 1 else nn.Identity(),
                nn.Conv2d(entering, leaving, 1, bias=False),
                nn.BatchNorm2d(leaving, eps=NORM_EPSILON),
            )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width), at the stride's share of the pixels."""
        seen = self.second_norm(self.second(torch.relu(self.first_norm(self.first(x)))))
        if self.training and self.left_out:
            seen = seen * _kept((len(x), 1, 1, 1), self.left_out, self.chance).to(seen.dtype)
        return torch.relu(self.straight(x) + seen)


class FerNetwork(nn.Module):  # type: ignore[misc]
    """(batch, 1, 48, 48) luma 0..1 -> (batch, 8) logits in the order of `registry.EMOTIONS`."""

    def __init__(self, *, dropout: float = 0.3, left_out: float = 0.1) -> None:
        super().__init__()
        self.enter = nn.Conv2d(1, STEM, 3, 1, 1, bias=False)
        self.enter_norm = nn.BatchNorm2d(STEM, eps=NORM_EPSILON)
        blocks: list[nn.Module] = []
        entering, count = STEM, sum(BLOCKS)
        for width, depth in zip(WIDTHS, BLOCKS, strict=True):
            for number in range(depth):
                share = left_out * (len(blocks) + 1) / count
                blocks.append(Block(entering, width, 2 if number == 0 else 1, share))
                entering = width
        self.blocks = nn.Sequential(*blocks)
        self.dropout = dropout
        self.chance: torch.Generator | None = None
        self.leave = nn.Linear(entering, EMOTIONS)

    def forward(self, faces: Tensor) -> Tensor:
        """Logits of faces, each brought to mean 0 and deviation 1 first: light and contrast of a camera say nothing of a feeling."""
        centred = faces - faces.mean((2, 3), keepdim=True)
        x = centred / torch.sqrt((centred * centred).mean((2, 3), keepdim=True) + LEAST_VARIANCE)
        x = torch.relu(self.enter_norm(self.enter(x)))
        x = self.blocks(x)
        x = x.mean((2, 3))
        if self.training and self.dropout:
            x = x * _kept(x.shape, self.dropout, self.chance).to(x.dtype)
        return torch.as_tensor(self.leave(x))


def _kept(shape: tuple[int, ...], left_out: float, chance: torch.Generator | None) -> Tensor:
    """0 where something is left out, else what makes up for it on average."""
    return (torch.rand(shape, generator=chance) >= left_out) / (1 - left_out)
