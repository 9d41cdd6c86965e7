"""Pictures on their way into the gallery: made at full quality, judged for newness. For any one thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.pixels import Pictures
from studio.generate.novelty import Novelty
from studio.store.bundle import Bundle
from studio.store.gallery import Added, Gallery
from studio.store.gallery.index import recipe_hash
from studio.store.importing.decoding import NotTaken, read_file
from studio.ui.decoding import Decoders
from studio.ui.exchange import Carried

log = logging.getLogger(__name__)


class Keeper:
    """Knows the decoders and the models there are."""

    def __init__(self, decoders: Decoders, by_id: Callable[[str], Bundle | None]) -> None:
        """by_id: a bundle of the library."""
        self._decoders, self._by_id = decoders, by_id
        self._novelty: tuple[str, Novelty] | None = None

    def model_name(self, bundle_id: str) -> str:
        bundle = self._by_id(bundle_id)
        return bundle.facts.name if bundle else ""

    def keep(self, gallery: Gallery, pictures: Sequence[Carried]) -> list[Added]:
        """Raises StudioError for a picture that can neither be drawn nor read."""
        added: list[Added] = []
        for carried in pictures:
            picture, parents = carried.picture, [recipe_hash(parent) for parent in carried.parents]
            bundle = carried.bundle or (self._by_id(picture.bundle_id) if picture else None)
            if picture is not None and bundle is not None:
                decoder = self._decoders.get(bundle)
                decoded = decoder.decode(picture.latent[None])
                rgba = decoder.finish(decoded, picture.finish)[0]
                novelty = self._judge(bundle, decoded)
                added.append(gallery.keep(rgba, picture, bundle.facts, novelty, parents))
            elif carried.file is not None:
                added.append(self._take_in(gallery, carried.file, parents))
            else:
                raise StudioError("The model that made this picture is not in your library.")
        return added

    def _take_in(self, gallery: Gallery, file: Path, parents: Sequence[str]) -> Added:
        try:
            return gallery.take_in(read_file(file), file.name, self.model_name, parents)
        except NotTaken as error:
            raise StudioError(f"“{file.name}” cannot be kept: {error.reason}.") from error

    def _judge(self, bundle: Bundle, decoded: Pictures) -> float | None:
        """How new it is; None where the model does not know. decoded: uint8 [1, size, size, 4]."""
        if not bundle.facts.novelty:
            return None
        try:
            if self._novelty is None or self._novelty[0] != bundle.facts.id:
                self._novelty = (bundle.facts.id, Novelty(bundle))
            novelty = self._novelty[1]
            return novelty.judge(decoded)[0].novelty
        except StudioError as error:  # not worth losing a picture
            log.info("Newness is not known: %s", error)
            return None
