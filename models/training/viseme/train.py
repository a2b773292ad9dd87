"""Train the viseme network on the frames of `features.py`; prints where it is, keeps the best of what it has seen."""

from __future__ import annotations

import argparse
import math
import queue
import threading
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from affectia import registry
from affectia.evaluate.viseme.phones import IGNORED
from viseme.augment import augmented
from viseme.network import CHANNELS, VISEMES, VisemeNetwork

_FRAMES = 320  # of one row of a batch: 3.2 s
_BATCH = 96
_PEAK_RATE = 3e-3
_SILENCE = -2.6  # what log_mel makes of digital silence
# Rare, quiet, and what people see first when it is missing: lips that meet, a lip at the teeth, the tongue between them.
_IMPORTANCE = {"PP": 1.2, "FF": 1.5, "TH": 1.3}


def train(
    frames: Path, into: Path, *, minutes: float, seed: int, channels: int, weights: dict[str, float], start: Path | None, peak_rate: float
) -> None:
    """Train for about so many minutes; the learning rate falls to nothing at their end."""
    torch.manual_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    data = np.load(frames)
    mel, label, starts, voice = data["mel"], data["label"], data["start"], data["voice"]
    names = data["names"].tolist()
    lengths = np.diff(starts)
    share = lengths * np.array([weights.get(names[number], 1.0) for number in voice])
    share = np.where(lengths > 60, share, 0)
    share = share / share.sum()
    rng = np.random.default_rng(seed)
    network = VisemeNetwork(channels)
    if start is not None:
        network.load_state_dict(torch.load(start, weights_only=True))
    print(f"{sum(p.numel() for p in network.parameters())} parameters, {len(lengths)} utterances, {len(mel) / 360_000:.1f} h", flush=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_PEAK_RATE, weight_decay=0.01)
    importance = torch.ones(VISEMES)
    for name, weight in _IMPORTANCE.items():
        importance[registry.VISEMES.index(name)] = weight
    loss_of = nn.CrossEntropyLoss(weight=importance, ignore_index=IGNORED, label_smoothing=0.05)
    ready: queue.Queue[tuple[torch.Tensor, torch.Tensor]] = queue.Queue(4)

    def prepare() -> None:
        while True:
            seen, right = _batch(mel, label, starts, share, rng)
            ready.put((augmented(seen, chance), right))

    threading.Thread(target=prepare, name="prepare", daemon=True).start()
    began, step, mean_loss, mean_right = time.monotonic(), 0, 0.0, 0.0
    while (passed := (time.monotonic() - began) / (60 * minutes)) < 1:
        rate = peak_rate * min(1, step / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * passed)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        seen, right = ready.get()
        with torch.autocast("cpu", torch.bfloat16):
            logits = network.train()(seen)
        logits = logits.float()
        loss = loss_of(logits[:, 12:].reshape(-1, VISEMES), right[:, 12:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            hits = (logits.argmax(2) == right)[right >= 0].float().mean()
        mean_loss += 0.02 * (float(loss.detach()) - mean_loss)
        mean_right += 0.02 * (float(hits) - mean_right)
        if step % 50 == 0:
            print(f"{passed:6.1%} step {step} loss {mean_loss:.3f} frames right {mean_right:.3f} rate {rate:.5f}", flush=True)
            torch.save(network.state_dict(), into)
    torch.save(network.state_dict(), into)


def _batch(mel, label, starts, share, rng):  # type: ignore[no-untyped-def]
    rows = np.zeros((_BATCH, _FRAMES, mel.shape[1]), np.float32)
    rows[:] = _SILENCE
    right = np.zeros((_BATCH, _FRAMES), np.int64)
    for row, number in enumerate(rng.choice(len(share), _BATCH, p=share)):
        begin, end = starts[number], starts[number + 1]
        at = begin + rng.integers(0, max(1, end - begin - _FRAMES + 40))
        count = min(_FRAMES, end - at)
        place = rng.integers(0, _FRAMES - count + 1)
        rows[row, place : place + count] = mel[at : at + count]
        right[row, place : place + count] = label[at : at + count]
    return torch.from_numpy(rows), torch.from_numpy(right)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frames", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channels", type=int, default=CHANNELS)
    parser.add_argument("--weight", action="append", default=[], help="VOICE=FACTOR: how often a voice is heard, against its length")
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=_PEAK_RATE, help="highest learning rate")
    options = parser.parse_args()
    factors = {name: float(value) for name, _, value in (text.partition("=") for text in options.weight)}
    train(
        options.frames,
        options.into,
        minutes=options.minutes,
        seed=options.seed,
        channels=options.channels,
        weights=factors,
        start=options.start,
        peak_rate=options.rate,
    )
