"""Other heads, cameras, lights and hands before the face, made of a batch of faces at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from fer.faces import MOUTH_TOP_ROW
from fer.shape import SIDE

_MOST_TURN = 0.26  # radians: 15 degrees


def augmented(faces: Tensor, chance: torch.Generator, *, mouthless: float = 0.2, strength: float = 1.0) -> Tensor:
    """(batch, 1, 48, 48) luma 0..1, none of it as it was; `mouthless`: share of faces of which nothing below the nose is left."""
    batch = len(faces)
    x = _moved(faces, chance, strength)
    x = _lit(x, chance, strength)
    x = _blurred(x, chance)
    x = x + torch.randn(x.shape, generator=chance) * _uniform(batch, 0.0, 0.06, chance) * _happens(batch, 0.3, chance)
    x = _hidden(x, chance)
    x = _erased(x, chance, 0.35 * strength)
    x = without_mouths(x, MOUTH_TOP_ROW + torch.randint(-3, 4, (batch, 1, 1, 1), generator=chance), _happens(batch, mouthless, chance))
    return x.clamp(0, 1)


def without_mouths(faces: Tensor, top_row: Tensor, happens: Tensor) -> Tensor:
    """The rows from `top_row` down become the mean of those above, where it `happens` (0 or 1); both (batch, 1, 1, 1)."""
    above = (torch.arange(SIDE)[None, None, :, None] < top_row).float()
    mean = (faces * above).sum((2, 3), keepdim=True) / (SIDE * above.sum((2, 3), keepdim=True))
    return torch.where((happens > 0) & (above == 0), mean, faces)


def mixed(faces: Tensor, shares: Tensor, chance: torch.Generator, *, share: float) -> tuple[Tensor, Tensor]:
    """In a `share` of the batches every face is laid over another (Zhang et al. 2018), and so are their labels."""
    if float(torch.rand((), generator=chance)) >= share:
        return faces, shares
    other = torch.randperm(len(faces), generator=chance)
    part = _uniform(len(faces), 0.0, 0.4, chance)
    return torch.lerp(faces, faces[other], part), torch.lerp(shares, shares[other], part[:, :, 0, 0])


def _uniform(batch: int, low: float, high: float, chance: torch.Generator) -> Tensor:
    return torch.rand((batch, 1, 1, 1), generator=chance) * (high - low) + low


def _happens(batch: int, share: float, chance: torch.Generator) -> Tensor:
    return (torch.rand((batch, 1, 1, 1), generator=chance) < share).float()


def _moved(faces: Tensor, chance: torch.Generator, strength: float) -> Tensor:
    """Mirrored, turned, scaled, moved, a little sheared; what comes in from outside is the edge or a mirror of the inside."""
    batch = len(faces)
    turn = _MOST_TURN * strength * _uniform(batch, -1, 1, chance)[:, 0, 0, 0]
    scale = torch.exp(0.16 * strength * _uniform(batch, -1, 1, chance))[:, 0, 0, 0]
    aspect = torch.exp(0.07 * strength * _uniform(batch, -1, 1, chance))[:, 0, 0, 0]
    mirror = 1 - 2 * _happens(batch, 0.5, chance)[:, 0, 0, 0]
    shear = 0.1 * strength * _uniform(batch, -1, 1, chance)[:, 0, 0, 0]
    across, down = (0.14 * strength * _uniform(batch, -1, 1, chance)[:, 0, 0, 0] for _ in range(2))
    cosine, sine = torch.cos(turn) * scale, torch.sin(turn) * scale
    rows = (cosine * aspect * mirror, shear - sine, across, sine * mirror, cosine / aspect, down)
    grid = torch.nn.functional.affine_grid(torch.stack(rows, 1).reshape(batch, 2, 3), [batch, 1, SIDE, SIDE], align_corners=False)
    border = "border" if float(torch.rand((), generator=chance)) < 0.6 else "reflection"
    return torch.nn.functional.grid_sample(faces, grid, mode="bilinear", padding_mode=border, align_corners=False)


def _lit(x: Tensor, chance: torch.Generator, strength: float) -> Tensor:
    """Gamma, contrast, brightness, and in some faces light from one side."""
    batch = len(x)
    x = x.clamp_min(1e-4) ** torch.exp(0.4 * strength * _uniform(batch, -1, 1, chance))
    x = (x - 0.5) * _uniform(batch, 1 - 0.35 * strength, 1 + 0.35 * strength, chance) + 0.5
    x = x + 0.2 * strength * _uniform(batch, -1, 1, chance)
    ramp = torch.linspace(-1, 1, SIDE)
    slope = _uniform(batch, -1, 1, chance) * ramp[None, None, None, :] + _uniform(batch, -1, 1, chance) * ramp[None, None, :, None]
    return (x * (1 + 0.3 * slope * _happens(batch, 0.3, chance))).clamp(0, 1)


def _blurred(x: Tensor, chance: torch.Generator) -> Tensor:
    """Some faces were smaller than the crop, some out of focus."""
    batch = len(x)
    side = int(torch.randint(16, 37, (), generator=chance))
    small = torch.nn.functional.interpolate(x, (side, side), mode="bilinear", antialias=True, align_corners=False)
    back = torch.nn.functional.interpolate(small, (SIDE, SIDE), mode="bilinear", align_corners=False)
    x = torch.lerp(x, back, _happens(batch, 0.15, chance))
    soft = torch.nn.functional.avg_pool2d(torch.nn.functional.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    # Beyond 0 the other way: sharpened, as many of the pictures on the web are.
    return torch.lerp(x, soft, _uniform(batch, -0.5, 1.0, chance) * _happens(batch, 0.3, chance))


def _hidden(x: Tensor, chance: torch.Generator) -> Tensor:
    """A hand, a scarf or the edge of a picture: the lower part or a side becomes one grey."""
    batch = len(x)
    place = torch.arange(SIDE).float()
    from_below = (place[None, None, :, None] >= _uniform(batch, 28, 42, chance)).expand(batch, 1, SIDE, SIDE)
    depth = _uniform(batch, 8, 22, chance)
    from_side = torch.where(
        _happens(batch, 0.5, chance) > 0, place[None, None, None, :] < depth, place[None, None, None, :] >= SIDE - depth
    )
    which = torch.rand((batch, 1, 1, 1), generator=chance)
    covered = ((which < 0.03) & from_below) | ((which > 0.96) & from_side)
    return torch.where(covered, torch.rand((batch, 1, 1, 1), generator=chance), x)


def _erased(x: Tensor, chance: torch.Generator, share: float) -> Tensor:
    """A rectangle of noise or grey in some faces (Zhong et al. 2020)."""
    batch = len(x)
    place = torch.arange(SIDE).float()
    inside = torch.ones((), dtype=torch.bool)
    for shape in ((1, 1, SIDE, 1), (1, 1, 1, SIDE)):
        length = _uniform(batch, 6, 22, chance)
        begin = _uniform(batch, -6, SIDE - 8, chance)
        along = place.reshape(shape)
        inside = inside & (along >= begin) & (along < begin + length)
    filling = torch.rand((batch, 1, 1, 1), generator=chance)
    filling = filling + 0.2 * torch.randn(x.shape, generator=chance) * _happens(batch, 0.5, chance)
    return torch.where(inside & (_happens(batch, share, chance) > 0), filling, x)
