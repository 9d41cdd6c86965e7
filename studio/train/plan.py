"""What the program chooses by itself, from the pictures and the machine, before a run starts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.core.recipe import Recipe
from studio.train.vae import Architecture

_FINEST_MAP = 16  # px
_MOST_UNSHUFFLED = 8  # px
_BATCH_VALUES = 2**26
_MOST_CHOICES = 2**19


def is_categorical(side: int, colours: int) -> bool:
    """Whether the network should choose from the palette: it costs a number for every pixel and colour,
    which on larger pixel art takes ten times as long as painting in RGBA."""
    return 0 < colours * side**2 <= _MOST_CHOICES


@dataclass(frozen=True)
class Plan:
    """The numbers of a run that the artist never sees."""

    shape: Architecture
    batch: int
    peak_lr: float
    beta: float  # weight of the KL term
    shift: int  # px by which pictures are moved at random
    textures: bool = False  # whether the texture of rebuilds is judged, towards the end of the run


def make_plan(recipe: Recipe, side: int, palette: int, learned_from: int, is_gpu: bool) -> Plan:
    """side: of the prepared pictures, px. palette: its colours, 0 for none.

    learned_from: number of pictures without the held-out ones.
    """
    batch = recipe.batch or _batch(side, palette, learned_from, is_gpu)
    return Plan(
        shape=architecture(side, palette, recipe.latent_width),
        batch=batch,
        peak_lr=_peak_lr(batch),
        beta=recipe.beta or (1.0 if palette else 8.0),
        shift=1 if learned_from < 1000 and not palette and side >= 32 else 0,
    )


def _peak_lr(batch: int) -> float:
    """Smaller steps for noisier gradients, by the square root that suits Adam (Malladi et al. 2022,
    arXiv:2205.10287). At 1e-3, batches of 32 held out over 8,000 steps, but one of 16 blew up after 3,400."""
    return 1e-3 * min(1.0, math.sqrt(batch / 32))


def _batch(side: int, palette: int, learned_from: int, is_gpu: bool) -> int:
    """Few pictures a step: what is seen should move the weights often. 37,000 portraits of 64 px in steps of
    16 came back 2.8 dB nearer than in steps of 32, which are 16 % faster on a CPU. On a card a step of 64
    took 0.85 of the time of one of 256, so there an epoch has some 40 steps. At most a quarter of a small
    set; and no more than a machine's memory holds (some 30 bytes of activations for every output value)."""
    wanted = 2 ** round(math.log2(min(max(learned_from // 40, 32), 256))) if is_gpu else 16
    affordable = _BATCH_VALUES // (side**2 * max(4, palette))
    return max(1, min(wanted, max(8, learned_from // 4), affordable))


def architecture(side: int, palette: int, latent_width: int) -> Architecture:
    """The network for pictures of one size, the same on every machine.

    A card could train one of 384 channels and twice as fine maps. From 2,400 portraits of 128 px that gave
    new ones at a Fréchet distance of 117 after 2.1 million seen, this one at 103 after 0.09 million; of three
    runs of the wide one at these rates one died, and one, with a critic beside it, ran away.
    """
    unshuffle, base = _unshuffle(side), 64 if side > 64 else 48
    # Flat colours come out with a grain where one feature has to paint many pixels of a side, so the decoder
    # has one finer, thinner level than the encoder: a tenth to a fifth fewer pictures a second.
    is_finer = not palette and unshuffle % 2 == 0
    return Architecture(
        side=side,
        unshuffle=unshuffle,
        base=base,
        shuffle=unshuffle // 2 if is_finer else 0,
        decoder_base=base // 2 if is_finer else 0,
        widest=176,
        latent_width=latent_width or (64 if side <= 128 else 128),
        palette=palette,
        blocks=1,
    )


def _unshuffle(side: int) -> int:
    """How many pixels of a side fold into channels before the first convolution.

    The finest feature map keeps 16 px or a little more: on a CPU the number of pictures seen decides the
    quality, and finer maps cost the most time for the least of it.
    """
    fitting = [p for p in range(1, _MOST_UNSHUFFLED + 1) if side % (4 * p) == 0 and side // p >= _FINEST_MAP]
    return max(fitting, default=1)
