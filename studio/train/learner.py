"""One run's network, its running average and its optimizer: a step, a look, a save."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from studio.core.density import Density
from studio.core.latent import Latents
from studio.core.novelty import COPY, levels, nearest_by_either, novelty
from studio.core.pixels import Pictures, from_network, mirrored, rms_difference
from studio.core.pixels import to_network as pixels_to_network
from studio.core.quality import fine_detail
from studio.train.checkpoint import Moment, Standing
from studio.train.data import Batches, Rows, Split, augment, batch_indices
from studio.train.losses import (
    TEXTURES_FROM,
    CalibratedGaussian,
    kl_weight,
    learning_rate,
    nearest_colours,
    palette_cross_entropy,
)
from studio.train.plan import Plan
from studio.train.prior import CODES_A_GAUSSIAN, fit_mixture
from studio.train.runaway import Runaway, Stillness
from studio.train.vae import Vae

AVERAGE_DECAY = 0.999  # a step
AVERAGED_EVERY = 4  # steps: the average walks through all weights, and hardly differs
_MOST_CHUNK, _CHUNK_VALUES = 64, 2**24
"""Pictures encoded or decoded at once outside training, and their values: a palette has many a pixel."""
_LOOKED_AT_HELD_OUT, _LOOKED_AT_LEARNED, _LOOKED_AT_NEW = 300, 600, 96
"""Pictures of each kind that a look at the run rests on: it may take seconds, not minutes."""


class Learner:
    """Owns everything that changes while a run goes on. Not thread-safe."""

    def __init__(
        self,
        plan: Plan,
        rows: Rows,
        split: Split,
        palette: npt.NDArray[np.uint8] | None,
        mirror: bool,
        seed: int,
        device: torch.device,
        standing: Standing,
    ) -> None:
        self.plan, self.rows, self.split, self.mirror = plan, rows, split, mirror
        self.seed, self.device, self.standing = seed, device, standing
        self.batches = Batches(rows, device)
        self.network = _built(plan, seed, device)
        self.average = _built(plan, seed, device).eval()
        self.best = _built(plan, seed, device).eval()
        self.optimizer = new_optimizer(self.network)
        self.likelihood = CalibratedGaussian(standing.variances)
        self._runaway, self._stillness = Runaway(), Stillness()
        self._last_loss: Tensor | None = None
        self._spread: Tensor | None = None
        self._real_detail: float | None = None
        values = plan.shape.side**2 * max(4, plan.shape.palette)
        self.chunk = max(1, min(_MOST_CHUNK, _CHUNK_VALUES // values))
        self.palette: Tensor | None = None
        if palette is not None:
            entries = pixels_to_network(palette[None, None])[0, :, 0].T  #      [P, 4]
            self.palette = torch.from_numpy(entries.copy()).to(device)

    def step(self, progress: float) -> bool:
        """One step of Adam (Loshchilov and Hutter 2019) on one batch; False if it went wrong: numbers are
        none any more or grow without bound, or all pictures have become one.

        progress: share of the run that is done, 0..1.
        """
        standing = self.standing
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(standing.step, progress, self.plan.peak_lr) * 0.5**standing.setbacks
        indices = batch_indices(self.split.train, standing.batch, standing.seen, self.seed)
        random = torch.Generator().manual_seed((self.seed << 32 | standing.step) % 2**63)
        x = augment(self.batches[indices], self.mirror, self.plan.shift, random)
        is_textured = self.plan.textures and progress >= TEXTURES_FROM
        if is_textured and standing.textured_from is None:
            standing.textured_from = standing.step
        loss = self.loss(x, kl_weight(progress, self.plan.beta), random, is_textured)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = self._clip()
        self._last_loss = loss.detach()
        if self._looks_at(standing.step):
            assert self._spread is not None
            loss_now, norm_now, spread_now = torch.stack([self._last_loss, norm, self._spread]).tolist()
            if self._runaway.is_lost(loss_now if math.isfinite(norm_now) else math.inf):
                return False
            if self._stillness.is_dead(standing.step, spread_now):
                return False
        self.optimizer.step()
        standing.step += 1
        standing.seen += len(indices)
        if standing.step % AVERAGED_EVERY == 0 or standing.step < AVERAGED_EVERY:
            self._average_in()  # from the first step on: a run stopped at once must not export its start
        return True

    def _looks_at(self, step: int) -> bool:
        """Whether to wait for this step's loss: on a card, waiting at every step would idle it."""
        return self.device.type == "cpu" or step % 20 == 0

    def is_sound(self) -> bool:
        """Whether everything learned is a number: only then is there something to save."""
        norms = torch._foreach_norm(list(self.network.parameters()))
        is_finite = bool(torch.isfinite(torch.stack(norms)).all())
        return is_finite and all(map(math.isfinite, self.likelihood.variances))

    def is_worth_saving(self) -> bool:
        """Whether it is sound and the end of it may not have begun: only then may it replace the last save.

        Weights that run away or died stay finite, and there is no going back to before a save of them.
        """
        last = self._last_loss
        if last is not None and self._runaway.may_begin_with(float(last)):
            return False
        if self._stillness.may_have_begun:
            return False
        return self.is_sound()

    def begin_again(self) -> None:
        """As before the first step, for when nothing was saved yet."""
        fresh = _built(self.plan, self.seed, self.device).state_dict()
        for network in self.networks.values():
            network.load_state_dict(fresh)
        self.optimizer = new_optimizer(self.network)
        self.stand(Standing())
        self._runaway = Runaway()

    def stand(self, there: Standing) -> None:
        """The counters as they were there; time goes on, and setbacks stay counted."""
        standing = self.standing
        standing.step, standing.seen, standing.variances = there.step, there.seen, there.variances
        standing.history, standing.best = there.history, there.best
        standing.textured_from = there.textured_from
        self.likelihood = CalibratedGaussian(there.variances)
        self._runaway.forget()
        self._stillness = Stillness()
        self._last_loss = None

    def loss(self, x: Tensor, beta: float, random: torch.Generator, is_textured: bool = False) -> Tensor:
        """The negative evidence lower bound per picture and channel value.

        x: float32 [B, 4, S, S], premultiplied, -1..1. is_textured: whether its texture counts.
        """
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.standing.precision == "bf16"):
            posterior = self.network.posterior(x)
            rebuilt = self.network.decoder(posterior.sample(random))
        self._spread = spread(posterior.mean.detach())
        kl = posterior.kl().sum(dim=1).mean()
        if self.palette is None:
            error = self.likelihood(rebuilt, x, random if is_textured else None)
        else:
            error = palette_cross_entropy(rebuilt, nearest_colours(x, self.palette))
        result: Tensor = (error + beta * kl) / x[0].numel()
        return result

    @property
    def networks(self) -> dict[str, Vae]:
        """All that a checkpoint keeps, by name."""
        return {"network": self.network, "average": self.average, "best": self.best}

    def encode(self, indices: npt.NDArray[np.int64]) -> Latents:
        """The averaged network's means of these pictures of the set, float32 [N, D]."""
        parts = range(0, len(indices), self.chunk)
        return self._means(self.batches[indices[start : start + self.chunk]] for start in parts)

    def encode_new(self, pictures: Pictures) -> Latents:
        """The averaged network's means of any pictures, uint8 [N, S, S, 4] -> float32 [N, D]."""
        parts = range(0, len(pictures), self.chunk)
        return self._means(
            torch.from_numpy(pixels_to_network(pictures[start : start + self.chunk])).to(self.device)
            for start in parts
        )

    def _means(self, batches: Iterable[Tensor]) -> Latents:
        means = [np.empty((0, self.plan.shape.latent_width), np.float32)]
        with torch.inference_mode():
            for x in batches:
                mean, _ = self.average.encoder(x.contiguous(memory_format=torch.channels_last))
                means.append(mean.cpu().numpy())
        return np.concatenate(means)

    def decode(self, latents: Latents) -> Pictures:
        """The averaged network's pictures, uint8 [N, S, S, 4] straight alpha."""
        parts = []
        with torch.inference_mode():
            for start in range(0, len(latents), self.chunk):
                z = torch.from_numpy(latents[start : start + self.chunk]).to(self.device)
                x = self.average.decoder(z)
                if self.palette is not None:
                    x = self.palette[x.argmax(dim=1)].permute(0, 3, 1, 2)
                parts.append(from_network(x.cpu().numpy()))
        return np.concatenate(parts)

    def rebuild_error(self, limit: int = 10_000) -> float:
        """RMS difference of held-out pictures and their rebuilds, levels of 255."""
        squares, count = 0.0, 0
        for start in range(0, min(limit, len(self.split.held_out)), self.chunk):
            indices = self.split.held_out[start : start + self.chunk][: limit - start]
            error = rms_difference(self.decode(self.encode(indices)), self.rows[indices])
            squares, count = squares + error**2 * len(indices), count + len(indices)
        return float(np.sqrt(squares / max(count, 1)))

    def look(self) -> tuple[Moment, Density]:
        """How the averaged network stands now, and a small mixture over its codes, enough for a preview."""
        learned = self.encode(evenly(self.split.train, _LOOKED_AT_LEARNED))
        held_out = self.rows[evenly(self.split.held_out, _LOOKED_AT_HELD_OUT)]
        random = np.random.Generator(np.random.Philox(key=self.seed))
        count = max(1, len(learned) // CODES_A_GAUSSIAN)
        density = fit_mixture(learned.astype(np.float64), count, random)
        new = self.decode(density.draw_seeds("look", list(range(_LOOKED_AT_NEW))))
        yardstick = levels(self._apart(held_out, learned))
        copies = float(np.mean(novelty(self._apart(new, learned), yardstick) < COPY))
        error = self.rebuild_error(_LOOKED_AT_HELD_OUT)
        sharpness = fine_detail(new) / self.real_detail()
        return Moment(self.standing.seconds, error, copies, self.standing.step, sharpness), density

    def real_detail(self) -> float:
        """The fine detail of held-out pictures; never 0."""
        if self._real_detail is None:
            real = self.rows[self.split.held_out[:_LOOKED_AT_HELD_OUT]]
            self._real_detail = max(fine_detail(real), 1e-6)
        return self._real_detail

    def _apart(self, pictures: Pictures, learned: Latents) -> npt.NDArray[np.float32]:
        """How far pictures lie from the codes of those learned from: float32 [N]."""
        places, turned = self.encode_new(pictures), self.encode_new(mirrored(pictures))
        return nearest_by_either(places, turned, learned)[1]

    def keep_if_best(self, moment: Moment) -> None:
        """Remember the averaged network if it does better than at any earlier look; of looks before textures
        counted, which cost squared error, none is compared with those after."""
        best, begun = self.standing.best, self.standing.textured_from or 0
        if best is None or moment.cost < best.cost or best.step < begun <= moment.step:
            self.standing.best = moment
            self.best.load_state_dict(self.average.state_dict())

    def return_to_best(self) -> None:
        self.average.load_state_dict(self.best.state_dict())

    def try_step(self) -> None:
        """A step's work without its effects on anything but the weights: for trials of speed."""
        indices = batch_indices(self.split.train, self.standing.batch, 0, self.seed)
        random = torch.Generator().manual_seed(0)
        x = augment(self.batches[indices], self.mirror, self.plan.shift, random)
        self.loss(x, 0.0, random).backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    @contextmanager
    def nothing_changed(self) -> Iterator[None]:
        """For trial steps: afterwards weights, optimizer and counters are as before."""
        held = {name: value.clone() for name, value in self.network.state_dict().items()}
        try:
            yield
        finally:
            self.network.load_state_dict(held)
            self.optimizer = new_optimizer(self.network)
            self.likelihood = CalibratedGaussian(self.standing.variances)

    def _clip(self) -> Tensor:
        """Scale the gradients down to a norm of 1 where it is larger; returns the norm before.

        On a CPU, asking first is cheaper than multiplying every gradient by 1.
        """
        weights = list(self.network.parameters())
        norm = nn.utils.get_total_norm([weight.grad for weight in weights if weight.grad is not None])
        if self.device.type != "cpu" or bool(norm > 1):
            nn.utils.clip_grads_with_norm_(weights, 1.0, norm)
        return norm

    def _average_in(self) -> None:
        """Exponential average of the weights, quick at first (Karras et al. 2018, arXiv:1710.10196)."""
        step = self.standing.step
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step)) ** AVERAGED_EVERY
        with torch.no_grad():
            mine: list[Tensor] = list(self.average.parameters())
            theirs: list[Tensor] = list(self.network.parameters())
            torch._foreach_lerp_(mine, theirs, 1 - decay)


def spread(means: Tensor) -> Tensor:
    """Deviation in the dimension where latents differ most, float32 []; endless for one alone. [B, D]"""
    widest: Tensor = means.std(dim=0, correction=0).max()
    return widest if len(means) > 1 else torch.full_like(widest, torch.inf)


def evenly(members: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    """At most so many of them, evenly spread."""
    spread = np.linspace(0, len(members) - 1, min(most, len(members)))
    return members[spread.astype(np.int64)]


def new_optimizer(network: nn.Module) -> torch.optim.AdamW:
    return torch.optim.AdamW(network.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)


def _built(plan: Plan, seed: int, device: torch.device) -> Vae:
    """A fresh network; equal seeds give equal weights on every device."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return in_channels_last(Vae(plan.shape).to(device))


def in_channels_last(network: Vae) -> Vae:
    """With the weights in the layout that convolutions are fastest in."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network
