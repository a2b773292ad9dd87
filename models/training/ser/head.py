"""The head in PyTorch and numpy: mean and spread of the frames, a linear layer for emotions; a distance and a line for what is no voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ser.corpus import LABELS

VARIANCE_FLOOR: Final = 1e-6
DIRECTIONS: Final = 16  # of the distance: the widest ones of speech; with more of them, strange voices count as no voice
STEEPNESS: Final = 10.0  # of the doubt, over the logarithm of the distance
USUAL_FRAMES: Final = 100.0  # 2 s, for which the temperature stands
_DISTANCE_PERCENTILE: Final = 99.0  # of the speech it was fitted to: where the doubt is a half
_MOST_STEPS: Final = 150
_LINE_PENALTY: Final = 0.01

Matrix = NDArray[np.float32]


def pooled(frames: Matrix, heard: NDArray[np.bool_]) -> Matrix:
    """(n, 2 * width): mean and standard deviation of the frames (n, frames, width) that are heard."""
    share = heard[..., None].astype(np.float32)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    mean = (frames * share).sum(axis=1)
    variance = (np.square(frames - mean[:, None]) * share).sum(axis=1)
    return np.concatenate((mean, np.sqrt(variance + VARIANCE_FLOOR)), axis=1)


def sharpened(logits: Matrix, heard: NDArray[np.float64]) -> Matrix:
    """Logits (n, classes) of windows of which `heard` (n,) frames count: the more of them, the surer, as with the error of any mean."""
    return np.asarray(logits * np.sqrt(heard / USUAL_FRAMES)[:, None], np.float32)


@dataclass(frozen=True, slots=True)
class Linear:
    """Logits of what is pooled: (seen - mean) / spread @ matrix + bias."""

    mean: Matrix
    spread: Matrix
    matrix: Matrix
    bias: Matrix

    def logits(self, seen: Matrix) -> Matrix:
        """(n, LABELS)."""
        return np.asarray((seen - self.mean) / self.spread @ self.matrix + self.bias, np.float32)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far from speech: a mean of squares along the widest directions, and of what is left, each against what is usual."""

    directions: Matrix  # (2 * width, DIRECTIONS)
    variances: Matrix
    rest: float
    half: float

    def of(self, standard: Matrix) -> Matrix:
        """(n,), about 2 for speech; `standard` is (seen - mean) / spread."""
        along = standard @ self.directions
        rest = np.square(standard).sum(axis=1) - np.square(along).sum(axis=1)
        return np.asarray((np.square(along) / self.variances).mean(axis=1) + rest / self.rest, np.float32)


def balanced(label: NDArray[np.int64], clip: NDArray[np.int64]) -> Matrix:
    """A weight for each window: every emotion counts as much as another, and within it every clip."""
    weight = 1 / np.bincount(clip)[clip]
    for emotion in range(len(LABELS)):
        rows = label == emotion
        weight[rows] /= weight[rows].sum()
    return np.asarray(weight / weight.sum(), np.float32)


def fitted(seen: Matrix, label: NDArray[np.int64], weight: Matrix, penalty: float, *, start: Linear | None = None) -> Linear:
    """Multinomial logistic regression with `penalty` times the sum of squares; the same answer every time."""
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    x, y, w = torch.from_numpy((seen - mean) / spread), torch.from_numpy(label), torch.from_numpy(weight)
    matrix = torch.zeros(seen.shape[1], len(LABELS)) if start is None else torch.from_numpy(start.matrix.copy())
    bias = torch.zeros(len(LABELS)) if start is None else torch.from_numpy(start.bias.copy())
    matrix.requires_grad_()
    bias.requires_grad_()
    search = torch.optim.LBFGS((matrix, bias), max_iter=_MOST_STEPS, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> float:
        search.zero_grad()
        wrong = nn.functional.cross_entropy(x @ matrix + bias, y, reduction="none")
        loss = (w * wrong).sum() + penalty * matrix.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    search.step(closure)
    return Linear(mean, spread, matrix.detach().numpy(), bias.detach().numpy())


def distance(seen: Matrix, linear: Linear) -> Distance:
    """Of the speech that the head was fitted to."""
    standard = (seen - linear.mean) / linear.spread
    values, vectors = np.linalg.eigh(np.cov(standard.T))
    directions = np.asarray(vectors[:, ::-1][:, :DIRECTIONS], np.float32)
    variances = np.asarray(values[::-1][:DIRECTIONS], np.float32)
    rest = float(values[:-DIRECTIONS].sum())
    rough = Distance(directions, variances, rest, 1.0)
    return Distance(directions, variances, rest, float(np.percentile(rough.of(standard), _DISTANCE_PERCENTILE)))


@dataclass(frozen=True, slots=True)
class Line:
    """Log odds that this is no voice: standard @ weights + bias."""

    weights: Matrix  # (2 * width,)
    bias: float

    def odds(self, standard: Matrix) -> Matrix:
        """(n,)."""
        return np.asarray(standard @ self.weights + np.float32(self.bias), np.float32)


def line(voices: Matrix, others: Matrix) -> Line:
    """Between standardised voices and sounds that are none; both sides count the same."""
    x = torch.from_numpy(np.concatenate((voices, others)))
    y = torch.cat((torch.zeros(len(voices)), torch.ones(len(others))))
    w = torch.cat((torch.full((len(voices),), 0.5 / len(voices)), torch.full((len(others),), 0.5 / len(others))))
    weights = torch.zeros(x.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    search = torch.optim.LBFGS((weights, bias), max_iter=_MOST_STEPS, history_size=10, line_search_fn="strong_wolfe")

    def closure() -> float:
        search.zero_grad()
        wrong = nn.functional.binary_cross_entropy_with_logits(x @ weights + bias, y, reduction="none")
        loss = (w * wrong).sum() + _LINE_PENALTY * weights.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    search.step(closure)
    return Line(weights.detach().numpy(), float(bias.detach()))


class SerHead(nn.Module):
    """(n, frames, width) frames and (n, frames) which are heard -> (n, LABELS) logits, (n,) doubt 0..1 that this is a voice."""

    def __init__(self, linear: Linear, far: Distance, other: Line) -> None:
        super().__init__()
        for name, value in (
            ("scale", 1 / linear.spread),
            ("shift", -linear.mean / linear.spread),
            ("matrix", linear.matrix),
            ("bias", linear.bias),
            ("directions", far.directions),
            ("precision", 1 / far.variances / DIRECTIONS),
            ("other", other.weights[:, None]),
        ):
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(value, np.float32)))
        self.rest, self.half, self.other_bias = far.rest, far.half, other.bias

    def forward(self, frames: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """As the class says."""
        count = heard.sum(dim=1, keepdim=True).clamp_min(1)
        share = (heard / count)[..., None]
        mean = (frames * share).sum(dim=1)
        variance = ((frames - mean[:, None]).square() * share).sum(dim=1)
        standard = torch.cat((mean, (variance + VARIANCE_FLOOR).sqrt()), dim=1) * self.scale + self.shift
        along = standard @ self.directions
        rest = (standard.square().sum(dim=1) - along.square().sum(dim=1)) / self.rest
        far = (along.square() * self.precision).sum(dim=1) + rest
        logits = (standard @ self.matrix + self.bias) * torch.sqrt(count / USUAL_FRAMES)
        odds = (standard @ self.other)[:, 0] + self.other_bias
        return logits, torch.sigmoid(torch.maximum(STEEPNESS * torch.log(far / self.half), odds))
