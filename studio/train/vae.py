"""The network: a convolutional variational autoencoder (Kingma and Welling 2014, arXiv:1312.6114).

Norm-free residual blocks: GroupNorm takes as long as the convolutions once those run in bf16, and
batch-norm makes training and evaluation differ. Blocks start as the identity (their last convolution is
zero, Zhang et al. 2019, arXiv:1901.09321), which is what keeps a network without norms trainable.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from studio.train.detail import Octave, shaped
from studio.train.opacity import Stretch, stretched

COARSEST_SIDE = 4
"""Side of the coarsest feature map, where the latent enters and leaves."""


@dataclass(frozen=True)
class Architecture:
    """The shape of a network, enough to build it again."""

    side: int  # of the pictures, px
    unshuffle: int  # pixels of a side that the stem folds into channels (DC-AE, arXiv:2410.10733)
    base: int  # channels at the encoder's finest feature map
    widest: int  # channels doubled at every coarser map, up to this
    latent_width: int
    palette: int = 0  # colours of the set's palette; 0: RGBA
    is_opaque: bool = False  # no pixel of the set is transparent, and none will be
    blocks: int = 1  # residual blocks a level in the encoder; the decoder has one more
    shuffle: int = 0  # pixels of a side that the head unfolds from channels; 0: as many as the stem folds
    decoder_base: int = 0  # channels at the decoder's finest feature map; 0: as in the encoder

    @property
    def encoder_widths(self) -> tuple[int, ...]:
        """Channels of the feature maps from fine to coarse."""
        return self._widths(self.unshuffle, self.base)

    @property
    def decoder_widths(self) -> tuple[int, ...]:
        """Channels of the feature maps from coarse to fine."""
        return self._widths(self.head_shuffle, self.decoder_base or self.base)[::-1]

    @property
    def head_shuffle(self) -> int:
        return self.shuffle or self.unshuffle

    def _widths(self, folded: int, base: int) -> tuple[int, ...]:
        levels = round(math.log2(self.side / folded / self.coarsest))
        return tuple(min(base * 2**level, self.widest) for level in range(levels + 1))

    @property
    def coarsest(self) -> int:
        """Side of the coarsest feature map: 4, or 3 to 6 where the side is not 4 times a power of two."""
        side = self.side // self.unshuffle
        while side >= 2 * 3 and side % 2 == 0 and side > COARSEST_SIDE:
            side //= 2
        return side

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Posterior:
    """A diagonal Gaussian over latents: mean and log-variance, float32 [N, D]."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator) -> Tensor:
        """The reparameterization trick (Kingma and Welling 2014, section 2.4). float32 [N, D].

        The noise is drawn on the CPU, so that a seed means the same on every device.
        """
        noise = torch.randn(self.mean.shape, generator=generator).to(self.mean.device)
        return self.mean + noise * torch.exp(0.5 * self.log_variance)

    def kl(self) -> Tensor:
        """KL divergence to N(0, I) in nats, per picture and dimension (ibid., appendix B): [N, D]."""
        return 0.5 * (self.mean**2 + self.log_variance.exp() - 1 - self.log_variance)


class Block(nn.Module):
    """x + conv(silu(conv(silu(x)) modulated by the style)). Shapes are kept: [N, C, H, W]."""

    def __init__(self, channels: int, style_width: int = 0) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(style_width, 2 * channels) if style_width else None
        nn.init.zeros_(self.second.weight)
        if self.modulation is not None:
            nn.init.zeros_(self.modulation.weight)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, style: Tensor | None = None) -> Tensor:
        y = self.first(F.silu(x))
        if self.modulation is not None and style is not None:
            scale, shift = self.modulation(style)[:, :, None, None].chunk(2, dim=1)
            y = y * (1 + scale) + shift
        out: Tensor = x + self.second(F.silu(y))
        return out


class Encoder(nn.Module):
    """Pictures float32 [N, 4, S, S], premultiplied, -1..1 -> mean, log-variance float32 [N, D] each."""

    FARTHEST = 16.0
    """No mean lies farther out, and those of real pictures stay within 5. Without a bound one odd picture
    could be thrown to 10,000 in mid-run, which the decoder's blocks multiply until nothing is finite."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        widths = shape.encoder_widths
        layers: list[nn.Module] = [
            nn.PixelUnshuffle(shape.unshuffle),
            nn.Conv2d(4 * shape.unshuffle**2, widths[0], 3, padding=1),
        ]
        for level, width in enumerate(widths):
            if level:
                layers.append(nn.Conv2d(widths[level - 1], width, 4, stride=2, padding=1))
            layers.extend(Block(width) for _ in range(shape.blocks))
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1] * shape.coarsest**2, 2 * shape.latent_width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = F.silu(self.body(x)).flatten(1)  #        [N, C * 4 * 4]
        mean, log_variance = self.head(features).float().chunk(2, dim=1)
        return mean / torch.sqrt(1 + (mean / self.FARTHEST) ** 2), log_variance.clamp(-12, 4)


class Decoder(nn.Module):
    """Latents float32 [N, D] -> premultiplied RGBA float32 [N, 4, S, S], or palette logits [N, P, S, S].

    Every block is scaled and shifted by a style made from the latent, so that parts of a picture can
    later be steered coarse or fine (Karras et al. 2019, arXiv:1812.04948, without its normalisation).
    """

    STYLE_WIDTH = 256
    OVERSHOOT = 1.02
    """RGBA ends in a tanh a little wider than -1..1: drawings are mostly flat black, white, clear or
    opaque, and a bounded output reaches those without noise (64 px portraits after 38,000 seen:
    27.7 dB on held-out pictures against 26.3 dB with a linear output)."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        widths = shape.decoder_widths
        self.start_shape = (widths[0], shape.coarsest, shape.coarsest)
        self.is_bounded, self.is_opaque = shape.palette == 0, shape.is_opaque
        self.octaves: tuple[Octave, ...] = ()  # of detail; these two are set once the training is over
        self.stretch: Stretch | None = None  # of opacity
        self.mapping = nn.Sequential(
            nn.Linear(shape.latent_width, self.STYLE_WIDTH),
            nn.SiLU(),
            nn.Linear(self.STYLE_WIDTH, self.STYLE_WIDTH),
            nn.SiLU(),
        )
        self.start = nn.Linear(shape.latent_width, math.prod(self.start_shape))
        self.level_count, self.level_blocks = len(widths), shape.blocks + 1
        self.blocks = nn.ModuleList()
        self.ups = nn.ModuleList()
        for level, width in enumerate(widths):
            self.blocks.extend(Block(width, self.STYLE_WIDTH) for _ in range(self.level_blocks))
            if level + 1 < len(widths):
                up = nn.Conv2d(width, 4 * widths[level + 1], 1)
                self.ups.append(nn.Sequential(up, nn.PixelShuffle(2)))
        outputs = (shape.palette or 4) * shape.head_shuffle**2
        self.head = nn.Sequential(
            nn.SiLU(),
            nn.Conv2d(widths[-1], outputs, 3, padding=1),
            nn.PixelShuffle(shape.head_shuffle),
        )

    def forward(self, z: Tensor) -> Tensor:
        style = self.mapping(z)
        x = self.start(z).view(-1, *self.start_shape)  #     [N, C, 4, 4]
        for level in range(self.level_count):
            for block in self.blocks[level * self.level_blocks : (level + 1) * self.level_blocks]:
                x = block(x, style)
            if level < len(self.ups):
                x = self.ups[level](x)  #                    [N, C/2, 2H, 2W]
        y: Tensor = self.head(x).float()
        if self.is_bounded:
            y = self.OVERSHOOT * torch.tanh(y)
        if self.octaves:
            y = shaped(y, self.octaves)
        if self.stretch:
            y = stretched(y, self.stretch)
        if self.is_opaque:
            y = torch.cat([y[:, :3], y[:, 3:] * 0 + 1], dim=1)
        return y


class Vae(nn.Module):
    """Encoder and decoder of one architecture."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)

    def posterior(self, x: Tensor) -> Posterior:
        """x: float32 [N, 4, S, S], premultiplied, -1..1."""
        return Posterior(*self.encoder(x))

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
