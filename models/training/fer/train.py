"""Train the face emotion network on the votes of FER+; keeps what is best on the hold-out, goes on where it was cut off."""

from __future__ import annotations

import argparse
import copy
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from affectia import registry
from fer.augment import augmented, mixed
from fer.faces import ALIKE, Faces, likeness, loaded, majority, merged, shares, split
from fer.network import Block, FerNetwork

HOLD_OUT: Final = 0.06  # share of the training split: for early stopping and the temperature
_SPLIT_SEED: Final = 0
_BATCH: Final = 128
_LARGEST_SLOPE: Final = 5.0  # norm of all slopes
_OPINION: Final = 0.25  # what the network of the first training thinks of a face counts so much in the second, the votes the rest
_REPEATS: Final = {"disgust": 3, "contempt": 3, "fear": 2}  # in the second training
_WARM_UP: Final = 0.06  # share of the training in which the rate rises
_WEIGHT_DECAY: Final = 8e-4
_AVERAGED: Final = 0.998  # of the running mean of the weights (Polyak and Juditsky 1992) each step
_CALM: Final = 0.75  # of the first training; from there on its faces are no longer mixed, and are changed less
_PATIENCE: Final = 12  # epochs without a better hold-out


@dataclass(frozen=True, slots=True)
class _Manner:
    """How hard a training is."""

    peak_rate: float
    strength: float  # of what is done to the faces
    calm_strength: float
    mixed: float  # share of batches in which faces are laid over each other
    dropout: float
    left_out: float  # share of a block's convolutions, of the last block


# The first makes a network that holds anywhere and has learned too little; the second lets it see faces as they are.
_FIRST: Final = _Manner(peak_rate=0.05, strength=1.0, calm_strength=0.75, mixed=0.3, dropout=0.3, left_out=0.1)
_SECOND: Final = _Manner(peak_rate=0.03, strength=0.7, calm_strength=0.6, mixed=0.0, dropout=0.2, left_out=0.05)


class Training:
    """A training that stands at the beginning of an epoch, and can be put away and taken up there."""

    def __init__(
        self, learned: Faces, hold_out: Faces, *, epochs: int, seed: int, threads: int = 2, start: FerNetwork | None = None
    ) -> None:
        """Without `start` from weights by chance; else from its weights, at a lower rate, partly towards what it makes of each face."""
        torch.set_num_threads(1)  # threads inside of an operation wait for each other at its end; on a busy computer, most of the time
        torch.manual_seed(seed)
        self._images, self._wanted = torch.from_numpy(learned.images), torch.from_numpy(shares(learned.votes)[0])
        self._manner = _FIRST if start is None else _SECOND
        self._hold_out, self._epochs, self._threads = hold_out, epochs, threads
        self._steps = max(1, len(learned) // _BATCH)
        self._network = FerNetwork(dropout=self._manner.dropout, left_out=self._manner.left_out).to(memory_format=torch.channels_last)
        if start is not None:
            # Ten judges are few: what the network learned of all faces tells what more of them would have said (Furlanello et al. 2018).
            self._wanted = torch.lerp(self._wanted, opinions(start, learned.images), _OPINION)
            self._network.load_state_dict(start.state_dict())
        self._averaged = torch.optim.swa_utils.AveragedModel(self._network, avg_fn=_average, use_buffers=True)
        self._parts = [_Part(self._network, number, seed) for number in reversed(range(threads))]  # the network itself last
        self._optimizer = torch.optim.SGD(_groups(self._network), lr=self._manner.peak_rate, momentum=0.9, nesterov=True)
        self._order = torch.Generator().manual_seed(seed)
        self.epoch = self.best_epoch = 0
        self.best = 0.0

    @property
    def weights(self) -> dict[str, Tensor]:
        """The running mean of the weights: better than the newest."""
        return dict(self._averaged.module.state_dict())

    def put_away(self, path: Path) -> None:
        """Write all that is needed to go on."""
        state = {
            "network": self._network.state_dict(), "averaged": self._averaged.state_dict(), "optimizer": self._optimizer.state_dict(),
            "chance": self._order.get_state(), "epoch": self.epoch, "best": self.best, "best_epoch": self.best_epoch,
        }  # fmt: skip
        torch.save(state, path)

    def take_up(self, path: Path) -> None:
        """Go on where `put_away` was."""
        state = torch.load(path, weights_only=True)
        self._network.load_state_dict(state["network"])
        self._averaged.load_state_dict(state["averaged"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._order.set_state(state["chance"])
        self.epoch, self.best, self.best_epoch = state["epoch"], state["best"], state["best_epoch"]

    def advance(self) -> bool:
        """Learn for an epoch and say how it went; whether the mean of the weights is better on the hold-out than ever before.

        Raises ArithmeticError when the loss is no longer a number.
        """
        for part in self._parts:
            part.begin(self.epoch, self._manner, is_calm=self.epoch >= _CALM * self._epochs)
        order = torch.randperm(len(self._images), generator=self._order)
        began, mean_loss = time.monotonic(), 0.0
        with ThreadPoolExecutor(self._threads, "part") as pool:
            for step in range(self._steps):
                mean_loss += (self._step(order, step, pool) - mean_loss) / (step + 1)
                _show(self.epoch, self._epochs, step / self._steps, mean_loss)
        if not math.isfinite(mean_loss):
            raise ArithmeticError(f"loss is {mean_loss}, expected a number")
        accuracy = right_share(self._averaged.module, self._hold_out)
        is_better = accuracy >= self.best
        if is_better:
            self.best, self.best_epoch = accuracy, self.epoch
        self.epoch += 1
        speed = self._steps * _BATCH / (time.monotonic() - began)
        said = f"loss {mean_loss:.4f} hold-out {accuracy:.4f} best {self.best:.4f} {speed:.0f} faces/s"
        print(f"\repoch {self.epoch}/{self._epochs} {said}", flush=True)
        return is_better

    def _step(self, order: Tensor, step: int, pool: ThreadPoolExecutor) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._manner.peak_rate * _rate((self.epoch * self._steps + step) / (self._epochs * self._steps))
        rows = order[step * _BATCH : (step + 1) * _BATCH].chunk(self._threads)
        done = list(pool.map(lambda part, some: part.gradients(self._images, self._wanted, some), self._parts, rows))
        parameters = list(self._network.parameters())
        for parameter, *slopes in zip(parameters, *(one[1] for one in done), strict=True):
            parameter.grad = torch.stack(slopes).mean(0)
        nn.utils.clip_grad_norm_(parameters, _LARGEST_SLOPE)
        self._optimizer.step()
        self._averaged.update_parameters(self._network)
        return float(sum(one[0] for one in done)) / self._threads


def train(data: Path, into: Path, *, epochs: int, seed: int, limit: int | None = None, threads: int = 2, start: Path | None = None) -> None:
    """Train and write the best mean of weights to `into`, the state to go on from beside it as `into`.state."""
    learned, hold_out = prepared(data, limit=limit)
    print(f"{len(learned)} faces to learn from, {len(hold_out)} held out", flush=True)
    known = None if start is None else network_of(start)
    if known is not None:
        learned = with_repeats(learned)
    training = Training(learned, hold_out, epochs=epochs, seed=seed, threads=threads, start=known)
    state = into.with_suffix(".state")
    if state.exists():
        training.take_up(state)
    while training.epoch < epochs and training.epoch - training.best_epoch <= _PATIENCE:
        if training.advance():
            torch.save(training.weights, into)
        training.put_away(state)


class _Part:
    """One thread's share of every batch: the same weights, chance and means of the norms of its own, so that seeds decide alone."""

    def __init__(self, network: FerNetwork, number: int, seed: int) -> None:
        self._chance = torch.Generator()
        self._seed = 1000 * seed + number
        self._strength, self._mixed = 1.0, 0.0
        self._network = copy.deepcopy(network) if number else network
        for own, shared in zip(self._network.modules(), network.modules(), strict=True):
            own._parameters = shared._parameters
            if isinstance(own, FerNetwork | Block):
                own.chance = self._chance
        self._parameters = list(network.parameters())

    def begin(self, epoch: int, manner: _Manner, *, is_calm: bool) -> None:
        """Chance starts anew with every epoch, so that a training that was cut off goes on as it would have."""
        self._chance.manual_seed(10_000 * epoch + self._seed)
        self._strength, self._mixed = (manner.calm_strength, 0.0) if is_calm else (manner.strength, manner.mixed)

    def gradients(self, images: Tensor, wanted: Tensor, rows: Tensor) -> tuple[float, tuple[Tensor, ...]]:
        """Loss and its slopes for some of the faces."""
        seen = augmented(images[rows].float()[:, None] / 255, self._chance, strength=self._strength)
        seen, right = mixed(seen, wanted[rows], self._chance, share=self._mixed)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self._network.train()(seen.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(logits.float(), right)
        return float(loss.detach()), torch.autograd.grad(loss, self._parameters)


def prepared(data: Path, *, seed: int = _SPLIT_SEED, limit: int | None = None) -> tuple[Faces, Faces]:
    """(training, hold-out) out of the training split: nothing that is in the validation split too, every picture once, all with a label."""
    every = loaded(data, "train")
    if limit is not None:
        every = every.at(np.arange(min(limit, len(every))))
    apart = merged(every.at(likeness(every.images, loaded(data, "valid").images) < ALIKE))
    learned, hold_out = split(apart, share=HOLD_OUT, seed=seed)
    return learned.at(shares(learned.votes)[1]), hold_out.at(majority(hold_out.votes) >= 0)


@torch.no_grad()  # type: ignore[untyped-decorator]
def logits_of(network: nn.Module, images: NDArray[np.uint8]) -> Tensor:
    """(n, 8) logits of the pictures as they are."""
    network.eval()
    pieces = torch.from_numpy(images).float()[:, None].div(255).split(256)
    return torch.cat([network(piece.contiguous(memory_format=torch.channels_last)) for piece in pieces])


def with_repeats(faces: Faces) -> Faces:
    """The faces, those of rare emotions more than once: of the others there are hundreds for each of them."""
    times = np.array([_REPEATS.get(name, 1) for name in registry.EMOTIONS])
    return faces.at(np.repeat(np.arange(len(faces)), times[shares(faces.votes)[0].argmax(1)]))


def opinions(network: nn.Module, images: NDArray[np.uint8]) -> Tensor:
    """(n, 8) probabilities that the network gives the pictures, the mean of each and its mirror."""
    mirrored = np.ascontiguousarray(images[:, :, ::-1])
    return torch.stack([logits_of(network, seen).softmax(1) for seen in (images, mirrored)]).mean(0)


def network_of(weights: Path) -> FerNetwork:
    """The network with these weights."""
    network = FerNetwork()
    network.load_state_dict(torch.load(weights, weights_only=True))
    return network


def right_share(network: nn.Module, faces: Faces) -> float:
    """Share of the faces whose majority label the network names."""
    found = logits_of(network, faces.images).argmax(1).numpy()
    return float((found == majority(faces.votes)).mean())


def _show(epoch: int, epochs: int, passed: float, loss: float) -> None:
    """A bar, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\repoch {epoch + 1}/{epochs} {'#' * int(40 * passed):40} {loss:.3f}", end="", file=sys.stderr)


def _rate(passed: float) -> float:
    """Share of the highest rate: up in a line, down in half a cosine to nothing."""
    if passed < _WARM_UP:
        return passed / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (passed - _WARM_UP) / (1 - _WARM_UP)))


def _average(mean: Tensor, new: Tensor, count: Tensor) -> Tensor:
    """The running mean, shorter at the beginning so that the first weights, which know nothing, are soon forgotten."""
    if not mean.is_floating_point():
        return new
    return torch.lerp(new, mean, min(_AVERAGED, (1 + int(count)) / (10 + int(count))))


def _groups(network: nn.Module) -> list[dict[str, object]]:
    """Norms and biases do not decay."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": _WEIGHT_DECAY},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--epochs", type=int, default=28)
    parser.add_argument("--start", type=Path, help="weights of a first training to go on from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="faces to read at most")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    train(
        options.data,
        options.into,
        epochs=options.epochs,
        seed=options.seed,
        limit=options.limit,
        threads=options.threads,
        start=options.start,
    )
