"""The judge: a small network that learned to read a set's labels, and whose features measure pictures.

Always float32 on the CPU, so that figures from machines with and without a card can be compared.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional

from studio.core.pixels import Pictures
from studio.core.pixels import to_network as pixels_to_network
from studio.store.files import atomic_write
from studio.train.data import augment, to_network

from .sets import Targets

STEPS = 1200
BATCH = 64
FEATURES = 128
_PEAK_LR = 2e-3
_SHIFT = 2  # px
_NOISE = 0.02  # deviation, of -1..1


class JudgeNetwork(nn.Module):
    """0.5 to 0.7 million weights; the first layer sees whole blocks of pixels, so that no detail is dropped.

    Group normalisation (Wu and He 2018, arXiv:1803.08494), no batch statistics: a picture's features do
    not depend on its company.
    """

    def __init__(self, size: int, classes: tuple[int, ...]) -> None:
        super().__init__()
        block = max(1, size // 32)
        while size % block:
            block -= 1
        side = min(4, -(-size // block // 8))
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(block),
            *_layer(4 * block**2, 48, 1),
            *_layer(48, 64, 2),
            *_layer(64, 64, 1),
            *_layer(64, 112, 2),
            *_layer(112, 112, 1),
            *_layer(112, 96, 2),
            *_layer(96, 96, 1),
            nn.AdaptiveAvgPool2d(side),  # places are kept: eyes are where eyes are
            nn.Flatten(),
            nn.Linear(96 * side**2, FEATURES),
        )
        self.heads = nn.ModuleList(nn.Linear(FEATURES, count) for count in classes)

    def forward(self, x: Tensor) -> Tensor:
        """float32 [B, 4, S, S], premultiplied, -1..1 -> features, float32 [B, 128]."""
        features: Tensor = self.layers(x)
        return features

    def answers(self, features: Tensor) -> list[Tensor]:
        """Logits of every attribute, float32 [B, classes] each."""
        return [head(features) for head in self.heads]


def _layer(before: int, after: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, 3, stride, 1), nn.GroupNorm(8, after), nn.SiLU()]


@dataclass(frozen=True, eq=False)
class Judge:
    network: JudgeNetwork
    sentence: str  # what it is and how good, for the report

    def features(self, pictures: Pictures) -> npt.NDArray[np.float64]:
        """uint8 [N, S, S, 4] -> float64 [N, 128]."""
        parts = []
        with torch.inference_mode():
            for start in range(0, len(pictures), 256):
                x = torch.from_numpy(pixels_to_network(pictures[start : start + 256]))
                parts.append(self.network(x).double().numpy())
        return np.concatenate(parts)


def make_judge(
    name: str, key: str, train: Pictures, test: Pictures, goal: Targets, steps: int, cache: Path
) -> Judge:
    """Learn from the training pictures, or take what was learned before from `cache`.

    key: of the prepared training pictures. Without attributes or steps its weights stay random: convolutions
    that were never trained still see colour and texture (recipe 2.4: they rank worse than a trained judge).
    """
    size = train.shape[1]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = JudgeNetwork(size, goal.classes)
        if not goal.names or not steps:
            return Judge(network.eval(), "The judge has learned nothing: its convolutions are random.")
        code = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=16)
        code.update(f"{key}|{steps}|{goal.names}|{goal.classes}".encode())
        file = cache / f"judge-{name}-{size}-{code.hexdigest()[:16]}.safetensors"
        began = time.perf_counter()
        if file.is_file():
            network.load_state_dict(load_file(file))
            how = f"from {file.name}"
        else:
            _learn(network, train, goal.train, steps)
            atomic_write(file, save(network.state_dict()))
            how = f"{steps} steps of {BATCH} in {time.perf_counter() - began:.0f} s"
    judge = Judge(network.eval(), "")
    right = _accuracy(judge, test, goal.test)
    common = [_commonest(column, goal.test[:, i]) for i, column in enumerate(goal.train.T)]
    each = ", ".join(f"{n} {100 * r:.0f}" for n, r in zip(goal.names, right, strict=True))
    weights = sum(weight.numel() for weight in network.parameters())
    sentence = (
        f"The judge ({weights / 1e6:.2f} M weights, {how}) reads {len(goal.names)} attributes of held-out"
        f" pictures: {100 * np.nanmean(right):.1f} % right, {100 * np.nanmean(common):.1f} % by naming the"
        f" commonest (of each, %: {each})."
    )
    return Judge(network, sentence)


def _learn(network: JudgeNetwork, train: Pictures, goal: npt.NDArray[np.int64], steps: int) -> None:
    """Cross-entropy, mean over attributes; AdamW with a cosine of its rate (Loshchilov and Hutter)."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=_PEAK_LR, weight_decay=0.01)
    random = torch.Generator().manual_seed(1)
    labels = torch.from_numpy(goal)
    network.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            warmup = min(1.0, (step + 1) / 20)
            group["lr"] = _PEAK_LR * warmup * (0.52 + 0.48 * math.cos(math.pi * step / steps))
        chosen = torch.randint(len(train), (BATCH,), generator=random)
        x = augment(to_network(torch.from_numpy(train[chosen.numpy()])), False, _SHIFT, random)
        x = x + _NOISE * torch.randn(x.shape, generator=random)
        loss = torch.zeros(())
        for i, logits in enumerate(network.answers(network(x))):
            loss = loss + functional.cross_entropy(logits, labels[chosen, i]) / goal.shape[1]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _accuracy(judge: Judge, test: Pictures, goal: npt.NDArray[np.int64]) -> list[float]:
    """A share an attribute, of the pictures whose value was there to be learned."""
    features = torch.from_numpy(judge.features(test)).float()
    with torch.inference_mode():
        answers = [logits.argmax(dim=1).numpy() for logits in judge.network.answers(features)]
    return [
        float((answer == column)[column >= 0].mean()) if (column >= 0).any() else float("nan")
        for answer, column in zip(answers, goal.T, strict=True)
    ]


def _commonest(train: npt.NDArray[np.int64], test: npt.NDArray[np.int64]) -> float:
    """How often the commonest value of the training pictures is right."""
    known = test[test >= 0]
    return float((known == np.bincount(train).argmax()).mean()) if len(known) else float("nan")
