"""From latents to pictures: the decoder of a bundle, and the finish from its size to the file's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.picture import Finish, Picture
from studio.core.pixels import NetworkPictures, Pictures, enlarge, from_network, premultiply
from studio.store.bundle import Bundle
from studio.store.facts import Colour
from studio.store.resize import resize_smooth

from .session import BATCHES, CUDA, Session, make_session

LARGEST_SIDE = 8192  # px, of a finished picture


class Decoder:
    """Makes the pictures of one bundle.

    The same latent gives the same bytes on the same machine, alone or among others. One thread at a time.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        """device: "auto", "cpu" or "cuda". Raises StudioError if the bundle cannot run there."""
        self.facts = bundle.facts
        self._device = device
        self._palette = None if bundle.facts.palette is None else Palette(bundle.facts.palette)
        try:
            self._content = bundle.decoder_file.read_bytes()
        except OSError as error:
            raise StudioError(
                f"The model “{self.facts.name}” cannot be read.", "See whether its folder still exists."
            ) from error
        self._session = self._open("rgba")

    def _open(self, output: str) -> Session:
        example = np.random.default_rng(0).standard_normal((BATCHES[CUDA], self.facts.latent_width))
        return make_session(self._content, "z", (output,), example.astype(np.float32), self._device)

    @cached_property
    def _soft_session(self) -> Session:
        return self._session if self._palette is None else self._open("soft")

    @property
    def device(self) -> str:
        """What it runs on, as the user reads it."""
        return self._session.device

    def decode(self, latents: Latents) -> Pictures:
        """latents: float32 [N, D] -> uint8 [N, H, W, 4] at the network's size, before the finish."""
        parts = list(self.decode_in_parts(latents))
        if not parts:
            return np.zeros((0, self.facts.size, self.facts.size, 4), np.uint8)
        return np.concatenate(parts)

    def decode_in_parts(self, latents: Latents) -> Iterator[Pictures]:
        """As `decode`, some pictures at a time as they are ready, so that memory stays flat."""
        for rgba in self._run(self._session, latents):
            yield self._palette.snap(rgba) if self._palette else from_network(rgba)

    def decode_softly(self, latents: Latents) -> Iterator[NetworkPictures]:
        """float32 [n, 4, size, size] premultiplied, -1..1, some at a time, before anything is rounded.

        Of pixel art, the mean of its colours by how likely each is: that changes before a pixel jumps.
        """
        return self._run(self._soft_session, latents)

    def _run(self, session: Session, latents: Latents) -> Iterator[NetworkPictures]:
        if latents.ndim != 2 or latents.shape[1] != self.facts.latent_width:
            raise self._not_mine()
        if not np.isfinite(latents).all():
            raise StudioError("This place between pictures has broken numbers.", "Choose another.")
        for (rgba,) in session.run(latents):
            if rgba.shape[1:] != (4, self.facts.size, self.facts.size):
                raise StudioError(
                    f"The model “{self.facts.name}” makes pictures of another size than it says.",
                    "Train it again, or use another.",
                )
            yield rgba

    def _not_mine(self) -> StudioError:
        return StudioError(
            f"This picture was not made by the model “{self.facts.name}”.", "Choose the one it came from."
        )

    def finish(self, pictures: Pictures, finish: Finish | None = None) -> Pictures:
        """uint8 [N, H, W, 4] from `decode` -> uint8 [N, side, side, 4], as it goes into a file.

        Pixel art is enlarged by whole numbers; smooth pictures go through Lanczos on premultiplied colour.
        Raises StudioError for a side it cannot have.
        """
        side = (finish.side if finish else 0) or self.facts.picture_side
        if not 1 <= side <= LARGEST_SIDE:
            raise StudioError(
                f"Pictures cannot be {side} pixels wide.", f"Choose a size from 1 to {LARGEST_SIDE}."
            )
        if self.facts.kind != "pixel":
            return resize_smooth(pictures, side)
        if side % self.facts.size:
            choices = ", ".join(str(self.facts.size * factor) for factor in (1, 2, 3, 4))
            raise StudioError(
                f"The pixel art of “{self.facts.name}” cannot be made {side} pixels wide without blurring.",
                f"Choose {choices} or another multiple of {self.facts.size}.",
            )
        return enlarge(pictures, side // self.facts.size)

    def render(self, pictures: Sequence[Picture]) -> list[npt.NDArray[np.uint8]]:
        """The finished pictures, uint8 [side, side, 4] each. Raises StudioError for another bundle's."""
        if any(picture.bundle_id != self.facts.id for picture in pictures):
            raise self._not_mine()
        if not pictures:
            return []
        decoded = self.decode(np.stack([picture.latent for picture in pictures]))
        return [
            self.finish(decoded[index : index + 1], picture.finish)[0]
            for index, picture in enumerate(pictures)
        ]


class Palette:
    """The colours of a set of pixel art, and bringing decoded pixels back to them exactly."""

    def __init__(self, colours: Sequence[Colour]) -> None:
        straight = np.array(colours, np.uint8)  # [P, 4]
        straight[straight[:, 3] == 0] = 0
        premultiplied = premultiply(straight)
        keys = _packed(premultiplied)
        # Colours that are one under their alpha cannot be told apart; the first stands for them.
        self._keys, first = np.unique(keys, return_index=True)
        self._straight = straight[first]
        self._levels = premultiplied[first].astype(np.float32)

    def snap(self, rgba: NetworkPictures) -> Pictures:
        """float32 [N, 4, H, W] premultiplied, -1..1 -> uint8 [N, H, W, 4] straight, palette colours only."""
        levels = np.clip((rgba.transpose(0, 2, 3, 1) + np.float32(1)) * np.float32(127.5), 0, 255)
        keys = _packed(np.rint(levels).astype(np.uint8))
        index = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        # Half-precision constants in the file can round to a neighbour of the colour: take the nearest.
        missed = self._keys[index] != keys
        if missed.any():
            unique, inverse = np.unique(levels[missed], axis=0, return_inverse=True)
            nearest = np.array([((self._levels - colour) ** 2).sum(axis=1).argmin() for colour in unique])
            index[missed] = nearest[inverse.reshape(-1)]
        return self._straight[index]


def _packed(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """uint8 [..., 4] -> one number a pixel, uint32 [...]."""
    return np.ascontiguousarray(rgba).view(np.uint32)[..., 0]
