"""From a trained network to a bundle: density, measured quality, export, and everything into place."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

import studio
from studio.core.density import Density
from studio.core.errors import Cancelled
from studio.core.events import Event, Finished, Working
from studio.core.latent import Latents, picture_seed
from studio.core.novelty import COPY, levels, nearest_by_either, novelty
from studio.core.pixels import Pictures, enlarge, grid, mirrored, to_network
from studio.core.progress import Control
from studio.core.quality import fine_detail, variety
from studio.store.bundle import LARGEST_THUMBNAIL, content_id, write_bundle
from studio.store.facts import Facts
from studio.store.files import Library
from studio.store.importing import PreparedSet
from studio.store.resize import resize_smooth
from studio.store.runs import Run, name_was_taken
from studio.train import prior
from studio.train.checkpoint import Moment
from studio.train.detail import Octave, matching_octaves
from studio.train.learner import Learner, evenly, in_channels_last
from studio.train.machine import device_name
from studio.train.opacity import matching_stretch
from studio.train.to_onnx import export, round_to_half

THUMBNAIL_BYTES = 48 * 2**20
"""All thumbnails of a bundle together; with very many pictures each gets smaller."""
_THUMBNAIL_SIDE = 48
_PREVIEW_COLUMNS = 4
_JUDGED = 256  # samples
_ENCODED_AT_ONCE = 512
_COMPARED, _COMPARED_VALUES = 96, 2**23
"""Pictures of each kind whose detail is compared, and their values: it takes some ten times their memory."""


def finish(
    run: Run, learner: Learner, prepared: PreparedSet, library: Library, control: Control, kept: Moment
) -> Iterator[Event]:
    """Export the averaged network as a bundle named like the run; the last event is Finished.

    kept: the moment whose weights it has.
    Raises Cancelled when `control.stop` is set before the export begins; the run is saved already.
    """
    round_to_half(learner.average)
    codes = np.empty((prepared.count, learner.plan.shape.latent_width), np.float32)
    for start in range(0, prepared.count, _ENCODED_AT_ONCE):
        if control.stop:
            raise Cancelled
        yield Working("Getting to know all pictures", start, prepared.count)
        part = np.arange(start, min(start + _ENCODED_AT_ONCE, prepared.count))
        codes[part] = learner.encode(part)
    yield Working("Finding where new pictures lie")
    parts = learner.split
    density = as_stored(prior.fit(codes[parts.train], codes[parts.held_out], run.recipe.seed))
    turned = learner.encode_new(mirrored(learner.rows[parts.held_out]))
    yardstick = levels(nearest_by_either(codes[parts.held_out], turned, codes[parts.train])[1])
    touch_up(learner, density, prepared.pixel_art)
    yield Working("Writing the model")
    quality = measure(learner, density, codes[parts.train], yardstick)
    palette = None if learner.palette is None else learner.palette.cpu()
    encoder, decoder = export(learner.average.cpu(), palette)
    in_channels_last(learner.average.to(learner.device))
    drawn_from = (density.weights, density.means, density.factors)
    identity = content_id(decoder, *(part.tobytes() for part in drawn_from))
    if (library.bundles / run.name).exists():  # renamed or added while this trained
        raise name_was_taken(run)
    write_bundle(
        library.bundles / run.name,
        _facts(run, learner, prepared, quality, yardstick, identity, kept),
        encoder,
        decoder,
        density,
        codes,
        _preview(learner, density, identity, prepared.scale),
        _thumbnails(learner, prepared),
        prepared.files,
    )
    standing = learner.standing
    yield Finished(library.bundles / run.name, standing.seconds, _pictures_per_s(learner))


def as_stored(density: Density) -> Density:
    """The density as reading it back from the bundle gives it (float32 on the disk)."""
    parts = (density.weights, density.means, density.factors)
    return Density(*(part.astype(np.float32).astype(np.float64) for part in parts))


def touch_up(learner: Learner, density: Density, is_pixel_art: bool) -> None:
    """Give new pictures detail and opacity as the artist's own have them; pixel art is exact as it is.

    Portraits of 128 px after 92,000 seen, beside a plain sharpening by 0.3: flat skin without its grain, the
    sliced Wasserstein distance of the finest Laplacian level 30 instead of 53 (10 between real ones), at the
    same Fréchet distance. What is painted keeps its grain.
    """
    decoder = learner.average.decoder
    decoder.octaves, decoder.stretch = (), None
    if is_pixel_art:
        return
    count = max(1, min(_COMPARED, _COMPARED_VALUES // learner.rows[learner.split.train[:1]].size))

    def new() -> Tensor:
        return torch.from_numpy(to_network(_new(learner, density, count)))

    real = torch.from_numpy(to_network(learner.rows[evenly(learner.split.train, count)]))
    decoder.octaves = matching_octaves(new(), real, keeps_grain=learner.plan.textures)
    decoder.stretch = matching_stretch(new(), real)


def measure(
    learner: Learner, density: Density, learned: Latents, yardstick: tuple[float, ...]
) -> dict[str, float]:
    """What the bundle says of its own quality, by samples of its own.

    rebuild_error: RMS, levels of 255, on held-out pictures. sharpness: fine detail over that of real
    pictures; 1 is as sharp as the artist's own. variety: 1 is as different from each other as theirs.
    sharpened, smoothed: what the finest detail was multiplied by, less 1, and the levels of 255 that it was
    lessened by before; see `detail`.
    novelty: median, 0.5 is as new as an unseen picture of theirs. copies: share that is near to one learned.
    """
    samples = _new(learner, density)
    finest = next(iter(learner.average.decoder.octaves), Octave(0.0, 1.0))
    places, turned = learner.encode_new(samples), learner.encode_new(mirrored(samples))
    newness = novelty(nearest_by_either(places, turned, learned)[1], yardstick)
    some = learned[np.linspace(0, len(learned) - 1, min(len(learned), _JUDGED)).astype(np.int64)]
    return {
        "rebuild_error": round(learner.rebuild_error(), 3),
        "sharpness": round(fine_detail(samples) / learner.real_detail(), 3),
        "sharpened": round(finest.gain - 1, 3),
        "smoothed": finest.threshold,
        "variety": round(variety(places[: len(some)], some), 3),
        "novelty": round(float(np.median(newness)), 3),
        "copies": round(float(np.mean(newness < COPY)), 3),
        "gaussians": float(len(density.weights)),
    }


def _new(learner: Learner, density: Density, count: int = _JUDGED) -> Pictures:
    seeds = [picture_seed(learner.seed, index) for index in range(count)]
    return learner.decode(density.draw_seeds("quality", seeds))


def _facts(
    run: Run,
    learner: Learner,
    prepared: PreparedSet,
    quality: dict[str, float],
    yardstick: tuple[float, ...],
    identity: str,
    kept: Moment,
) -> Facts:
    standing, shape = learner.standing, learner.plan.shape
    palette = None if learner.palette is None else prepared.palette
    packages = ("torch", "numpy", "onnx", "pillow")
    return Facts(
        id=identity,
        name=run.name,
        size=prepared.size,
        latent_width=shape.latent_width,
        kind="pixel" if prepared.pixel_art else "smooth",
        scale=prepared.scale,
        palette=None if palette is None else tuple(tuple(int(v) for v in colour) for colour in palette),  # type: ignore[misc]
        trained={
            "run": run.identity,
            "pictures": prepared.count,
            "held_out": len(learner.split.held_out),
            "date": datetime.date.today().isoformat(),
            "recipe": run.recipe.to_json(),
            "architecture": shape.to_json(),
            "mirror": learner.mirror,
            "device": device_name(learner.device),
            "precision": standing.precision,
            "threads": standing.threads,
            "seconds": round(standing.seconds, 1),
            "steps": standing.step,
            **({} if kept.step == standing.step else {"kept_step": kept.step}),
            "batch": standing.batch,
            "seen": standing.seen,
            "pictures_per_s": round(_pictures_per_s(learner), 1),
            "versions": {
                "studio": studio.__version__,
                **{name: importlib.metadata.version(name) for name in packages},
            },
        },
        quality=quality,
        novelty=yardstick,
        licence=run.recipe.licence,
    )


def _pictures_per_s(learner: Learner) -> float:
    return learner.standing.seen / max(learner.standing.seconds, 1e-6)


def _preview(learner: Learner, density: Density, identity: str, scale: int) -> np.ndarray:
    """The bundle's first pictures, those of seed 0, as one sheet: uint8 [h, w, 4]."""
    seeds = [picture_seed(0, index) for index in range(_PREVIEW_COLUMNS**2)]
    latents: Latents = density.draw_seeds(identity, seeds)
    return grid(enlarge(learner.decode(latents), scale), _PREVIEW_COLUMNS, gap=2 * scale)


def _thumbnails(learner: Learner, prepared: PreparedSet) -> Pictures:
    """The training pictures, small: uint8 [N, t, t, 4]."""
    affordable = int((THUMBNAIL_BYTES / 4 / prepared.count) ** 0.5)
    side = min(prepared.size, max(8, min(_THUMBNAIL_SIDE, affordable, LARGEST_THUMBNAIL)))
    small = np.empty((prepared.count, side, side, 4), np.uint8)
    for start in range(0, prepared.count, 256):
        chunk = np.arange(start, min(start + 256, prepared.count))
        small[chunk] = resize_smooth(learner.rows[chunk], side)
    return small
