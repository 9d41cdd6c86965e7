"""From pictures to latents: the encoder of a bundle."""

from __future__ import annotations

import numpy as np

from studio.core.errors import StudioError
from studio.core.latent import Latents
from studio.core.pixels import Pictures, to_network
from studio.store.bundle import Bundle

from .session import BATCHES, CPU, CUDA, make_session


class Encoder:
    """Finds where pictures lie in the latent space of one bundle. One thread at a time."""

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        """device: "auto", "cpu" or "cuda". Raises StudioError if the bundle cannot run there."""
        self.facts = bundle.facts
        shape = (BATCHES[CUDA], self.facts.size, self.facts.size, 4)
        example = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
        try:
            content = bundle.encoder_file.read_bytes()
        except OSError as error:
            raise StudioError(
                f"The model “{self.facts.name}” cannot be read.", "See whether its folder still exists."
            ) from error
        outputs = ("mean", "log_variance")
        self._session = make_session(content, "rgba", outputs, to_network(example), device)

    @property
    def device(self) -> str:
        """What it runs on, as the user reads it."""
        return self._session.device

    def encode(self, pictures: Pictures) -> tuple[Latents, Latents]:
        """uint8 [N, size, size, 4], fitted to the bundle -> mean and log-variance, float32 [N, D] each."""
        assert pictures.shape[1:] == (self.facts.size, self.facts.size, 4)
        width = self.facts.latent_width
        means, log_variances = np.empty((2, len(pictures), width), np.float32)
        done = 0
        for start in range(0, len(pictures), 8 * BATCHES[CPU]):
            part = to_network(pictures[start : start + 8 * BATCHES[CPU]])
            for mean, log_variance in self._session.run(part):
                if mean.shape[1:] != (width,) or log_variance.shape != mean.shape:
                    raise StudioError(
                        f"The model “{self.facts.name}” answers in another form than it says.",
                        "Train it again, or use another.",
                    )
                means[done : done + len(mean)] = mean
                log_variances[done : done + len(mean)] = log_variance
                done += len(mean)
        return means, log_variances
