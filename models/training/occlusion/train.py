"""Trains the two cover networks and writes `face_occlusion.npz`: `python train.py FERPLUS_FOLDER LANDMARKS.npz OUT.npz`.

Needs torch beside affectia; everything is drawn with a fixed seed. See "Occlusion of the mouth and the eyes" in models/README.md.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import faces
import numpy as np
import torch
from faces import FINER, Faces
from numpy.typing import NDArray
from occluders import Painter, photographed, relit, share_covered
from torch import nn

from affectia.perception.face.quality import face_occlusion

SAMPLES = 140_000
BATCH = 512
EPOCHS = 14
LEARNING_RATE = 2e-3
FREE_SHARE, HIDDEN_SHARE = 0.2, 0.65  # of the lips or the eye: below it counts as free, above it as covered, between by parts
MOUTH_KINDS = ("hand", "hand", "hand", "fist", "fist", "cup", "mask", "microphone", "sheet", "sheet")
EYE_KINDS = ("hand", "hand", "fist", "sheet", "hair", "hair", "sunglasses", "sunglasses", "sunglasses", "glasses", "glasses", "brim")


def mouth_sample(
    source: Faces, painter: Painter, rng: np.random.Generator, *, plain: bool = False
) -> tuple[NDArray[np.uint8], list[float]]:
    """One square of a mouth and how covered it is; half of them free, a third of the rest with something beside the lips only."""
    canvas = source.mouth(int(rng.integers(len(source))), rng)
    picture, covered = relit(canvas, rng), 0.0
    if not plain and rng.random() < 0.55:
        spot = canvas.lips.mean(axis=0)
        if rng.random() < 0.35:
            spot = spot + np.array((rng.choice((-1, 1)) * rng.uniform(0.1, 0.6), rng.uniform(-0.1, 0.6))) * canvas.span
        color, alpha = painter.cover(canvas, spot, MOUTH_KINDS)
        picture = picture * (1 - alpha) + color * alpha
        covered = share_covered(alpha, canvas.lips, grow_px=0.03 * canvas.span)
    return photographed(picture, rng, finer=FINER), [covered]


def eye_sample(source: Faces, painter: Painter, rng: np.random.Generator, *, plain: bool = False) -> tuple[NDArray[np.uint8], list[float]]:
    """One square of an eye and how covered the eye and the brow are."""
    canvas = source.eye(int(rng.integers(len(source))), rng)
    picture, covered = relit(canvas, rng), [0.0, 0.0]
    if not plain and rng.random() < 0.6:
        spot = canvas.eye.mean(axis=0)
        if rng.random() < 0.3:
            spot = spot + rng.uniform(-0.6, 0.6, 2) * canvas.span
        color, alpha = painter.cover(canvas, spot, EYE_KINDS)
        picture = picture * (1 - alpha) + color * alpha
        covered = [
            share_covered(alpha, canvas.eye, grow_px=0.03 * canvas.span),
            share_covered(alpha, canvas.brow, grow_px=0.01 * canvas.span, hull=True),
        ]
    return photographed(picture, rng, finer=FINER), covered


def drawn(kind: str, source: Faces, count: int, seed: int, *, plain: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """`count` squares and their labels 0 (free) to 1 (covered)."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    painter, make = Painter(source, rng), mouth_sample if kind == "mouth" else eye_sample
    made = [make(source, painter, rng, plain=plain) for _ in range(count)]
    share = np.array([labels for _, labels in made], np.float32)
    return np.stack([square for square, _ in made]), np.clip((share - FREE_SHARE) / (HIDDEN_SHARE - FREE_SHARE), 0, 1)


def network(side_px: int, outputs: int) -> nn.Sequential:
    """The layers of `face_occlusion._Layers`, as torch has them."""
    rest = ((side_px - 5) // 2 + 1 - 3) // 2 + 1
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU(), nn.Flatten(), nn.Dropout(0.25),
        nn.Linear(32 * rest * rest, 40), nn.ReLU(), nn.Dropout(0.25), nn.Linear(40, outputs),
    )  # fmt: skip


def normalized(squares: NDArray[np.uint8]) -> torch.Tensor:
    """As `_Layers.forward` does it."""
    given = squares.astype(np.float32)
    given -= given.mean(axis=(1, 2), keepdims=True)
    given /= given.std(axis=(1, 2), keepdims=True) + 8.0
    return torch.from_numpy(given)[:, None]


def fit(layers: nn.Sequential, squares: NDArray[np.uint8], labels: NDArray[np.float32]) -> None:
    """Train in place."""
    given, wanted = normalized(squares), torch.from_numpy(labels)
    steps = EPOCHS * (len(given) // BATCH)
    optimizer = torch.optim.AdamW(layers.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    layers.train()
    for _ in range(EPOCHS):
        order = torch.randperm(len(given))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            loss = nn.functional.binary_cross_entropy_with_logits(layers(given[batch]), wanted[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    layers.eval()


def said(layers: nn.Sequential, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, outputs) log odds."""
    with torch.no_grad():
        answer: NDArray[np.float32] = torch.cat([layers(normalized(part)) for part in np.array_split(squares, 40)]).numpy()
    return answer


def weights(name: str, layers: nn.Sequential) -> dict[str, NDArray[np.float16]]:
    """Matrices whose rows run over kernel row, kernel column, channel, as the numpy network reads a picture."""
    first, second, hidden, last = (layer for layer in layers if isinstance(layer, nn.Conv2d | nn.Linear))
    channels = second.out_channels
    rest = int((hidden.in_features // channels) ** 0.5)
    full = hidden.weight.detach().numpy().reshape(-1, channels, rest, rest).transpose(2, 3, 1, 0).reshape(-1, hidden.out_features)
    arrays = {
        "conv0.weight": first.weight.detach().numpy().transpose(2, 3, 1, 0).reshape(-1, first.out_channels),
        "conv1.weight": second.weight.detach().numpy().transpose(2, 3, 1, 0).reshape(-1, channels),
        "full0.weight": full,
        "full1.weight": last.weight.detach().numpy().T,
    }
    arrays |= {
        f"{key}.bias": layer.bias.detach().numpy()
        for key, layer in zip(("conv0", "conv1", "full0", "full1"), (first, second, hidden, last), strict=True)
    }
    return {f"{name}.{key}": np.ascontiguousarray(array, np.float16) for key, array in arrays.items()}


def report(name: str, layers: nn.Sequential, source: Faces) -> None:
    """What the network says of faces it never saw: hit rate where covered wholly, false alarm rate where wholly free."""
    squares, labels = drawn(name, source, 12_000, seed=99)
    scores = said(layers, squares)
    for output in range(labels.shape[1]):
        covered, free = scores[labels[:, output] >= 1, output], scores[labels[:, output] <= 0, output]
        for rate in (0.01, 0.003):
            bound = np.quantile(free, 1 - rate)
            found, alarms = np.mean(covered > bound), f"{rate:.1%} false alarms (> {bound:.2f})"
            print(f"{name} output {output}: free {len(free)}, covered {len(covered)}, at {alarms} {found:.1%} found", flush=True)


def main(ferplus: Path, landmarks: Path, out: Path) -> None:
    """Draw, train, report, write."""
    torch.manual_seed(1)
    train, valid = faces.load(ferplus, landmarks)
    print(f"faces: {len(train)} to train, {len(valid)} to validate")
    arrays: dict[str, NDArray[np.float16]] = {}
    parts = 16
    for name, side, outputs in (("mouth", face_occlusion.MOUTH_SIDE_PX, 1), ("eye", face_occlusion.EYE_SIDE_PX, 2)):
        with ProcessPoolExecutor(2) as pool:
            made = list(pool.map(drawn, [name] * parts, [train] * parts, [SAMPLES // parts] * parts, range(parts)))
        layers = network(side, outputs)
        fit(layers, np.concatenate([squares for squares, _ in made]), np.concatenate([labels for _, labels in made]))
        report(name, layers, valid)
        arrays |= weights(name, layers)
    np.savez_compressed(out, **arrays)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
