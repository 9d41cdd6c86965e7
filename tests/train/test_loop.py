"""Whole runs, small: they learn, repeat, resume, stop, survive, and leave exactly a bundle."""

import errno
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from studio.core.density import Density
from studio.core.errors import Cancelled, StudioError
from studio.core.events import (
    Advice,
    Event,
    Finished,
    Imported,
    Preview,
    Progress,
    Saved,
    Warned,
    Working,
)
from studio.core.progress import Control
from studio.core.recipe import Recipe
from studio.generate.decoder import Decoder
from studio.store.bundle import load_bundle
from studio.store.facts import Facts
from studio.store.files import Library, disk_error
from studio.store.rename import rename_bundle
from studio.train import finish as finish_module
from studio.train import learner as learner_module
from studio.train import loop, losses
from studio.train.checkpoint import Moment, Standing, read_standing
from studio.train.loop import train
from studio.train.vae import Vae

Start = Callable[..., Iterator[Event]]

BUNDLE_FILES = {"bundle.json", "encoder.onnx", "decoder.onnx", "prior.npz", "pictures.npz", "preview.png"}


def _last(events: Iterator[Event]) -> Event:
    *_, last = events
    return last


def _bundle_bytes(library: Library, name: str = "toy") -> dict[str, bytes]:
    """What training alone decides: the networks and the density."""
    return {
        file: (library.bundles / name / file).read_bytes()
        for file in ("encoder.onnx", "decoder.onnx", "prior.npz")
    }


def test_a_run_learns_and_leaves_exactly_a_bundle(start: Start, library: Library) -> None:
    events = list(start(steps=150))
    assert isinstance(events[-1], Finished)
    assert {path.name for path in events[-1].bundle.iterdir()} == BUNDLE_FILES
    assert not list(library.runs.iterdir())
    kinds = {type(event) for event in events}
    assert {Imported, Progress, Preview, Advice, Saved} <= kinds
    bundle = load_bundle(events[-1].bundle)
    assert bundle.facts.trained["steps"] == 150
    assert bundle.facts.trained["mirror"] is True
    assert bundle.codes.shape == (48, bundle.facts.latent_width)
    # A flat grey picture is about 90 levels off; a run this short must be well below.
    assert bundle.facts.quality["rebuild_error"] < 60
    pictures = Decoder(bundle, "cpu").decode(bundle.density.draw_seeds(bundle.facts.id, [1, 2, 3]))
    assert pictures.shape == (3, 16, 16, 4)


def test_pixel_art_trains_on_its_grid_with_its_palette(start: Start, pixel_sprites: Path) -> None:
    finished = _last(start(paths=pixel_sprites, size=32, steps=60))
    assert isinstance(finished, Finished)
    bundle = load_bundle(finished.bundle)
    assert (bundle.facts.size, bundle.facts.scale, bundle.facts.kind) == (16, 2, "pixel")
    assert bundle.facts.palette is not None
    colours = {tuple(colour) for colour in bundle.facts.palette}
    pictures = Decoder(bundle, "cpu").decode(bundle.density.draw_seeds(bundle.facts.id, list(range(4))))
    assert {tuple(int(v) for v in pixel) for pixel in pictures.reshape(-1, 4)} <= colours


def test_same_seed_same_weights_other_seed_others(start: Start, tmp_path: Path) -> None:
    libraries = [Library(tmp_path / name) for name in ("a", "b", "c")]
    for into, seed in zip(libraries, (5, 5, 6), strict=True):
        _last(start(into=into, seed=seed))
    first, second, third = (_bundle_bytes(into) for into in libraries)
    assert first == second
    assert first["decoder.onnx"] != third["decoder.onnx"]


@pytest.mark.parametrize("stop_at", [1, 5, 11])
def test_a_resumed_run_equals_an_unbroken_one(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)  # an event after every step
    _assert_resumed_equals_unbroken(start, tmp_path, stop_at)


@pytest.mark.parametrize("stop_at", [6, 10])
def test_a_resumed_run_of_paintings_equals_an_unbroken_one(
    start: Start, paintings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    _assert_resumed_equals_unbroken(start, tmp_path, stop_at, paths=paintings, size=32)


def _assert_resumed_equals_unbroken(start: Start, folder: Path, stop_at: int, **answers: object) -> None:
    whole, broken = Library(folder / "whole"), Library(folder / "broken")
    _last(start(into=whole, **answers))
    events = start(into=broken, **answers)
    for event in events:
        if isinstance(event, Progress) and event.step == stop_at:
            break
    events.close()  # type: ignore[attr-defined]
    assert not (broken.bundles / "toy").exists()
    _last(start(into=broken, resume=True))
    assert _bundle_bytes(whole) == _bundle_bytes(broken)


def test_textures_of_paintings_count_towards_the_end_and_those_of_drawings_never(
    start: Start, sprites: Path, paintings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = losses.texture_distances, []

    def counted(*given: torch.Tensor) -> list[torch.Tensor]:
        told.append(given[0].shape)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(losses, "texture_distances", counted)
    _last(start(paths=sprites, size=32))
    assert not told
    _last(start(name="painted", paths=paintings, size=32))
    assert len(told) == 4  # steps 8 to 11 of 12


@pytest.mark.parametrize(("textured_from", "best"), [(None, 3), (5, 9)])
def test_looks_from_before_textures_counted_are_not_the_best(textured_from: int | None, best: int) -> None:
    learner = object.__new__(learner_module.Learner)
    learner.standing = Standing(textured_from=textured_from)
    learner.average, learner.best = nn.Linear(1, 1), nn.Linear(1, 1)  # type: ignore[assignment]
    for step, error in ((1, 12.0), (3, 10.0), (6, 14.0), (9, 13.0)):
        learner.keep_if_best(Moment(float(step), error, 0.0, step))
    assert learner.standing.best is not None
    assert learner.standing.best.step == best


def test_a_run_in_minutes_keeps_to_them(start: Start, library: Library) -> None:
    finished = _last(start(steps=None, minutes=0.1))
    assert isinstance(finished, Finished)
    assert finished.seconds < 0.1 * 60 + 10


def test_the_best_moment_is_kept_not_the_last(
    sprites: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks that find the run best at the first and worse ever after."""
    monkeypatch.setattr(loop, "FIRST_LOOK_S", 0.0)
    monkeypatch.setattr(loop, "_until_next_look", lambda began, ended: 0.0)
    real, looks, weights = learner_module.Learner.look, [], []

    def look(self: learner_module.Learner) -> tuple[Moment, Density]:
        moment, density = real(self)
        looks.append(moment._replace(error=20.0 if looks else 10.0, sharpness=0.5))
        weights.append(self.average.encoder.head.weight.half().float())
        return looks[-1], density

    def export(network: Vae, palette: object) -> tuple[bytes, bytes]:
        kept.append(network.encoder.head.weight.clone())
        return b"", b""

    def write_bundle(folder: Path, written: Facts, *rest: object) -> None:
        facts.append(written)
        raise StudioError("Enough.")

    kept: list[torch.Tensor] = []
    facts: list[Facts] = []
    monkeypatch.setattr(learner_module.Learner, "look", look)
    monkeypatch.setattr(finish_module, "export", export)
    monkeypatch.setattr(finish_module, "write_bundle", write_bundle)
    control = Control()
    recipe = Recipe("toy", size=16, minutes=10.0, precision="fp32", device="cpu")

    def three_looks() -> Iterator[Event]:
        for event in train(recipe, [sprites], library, control=control):
            control.finish = len(looks) >= 3
            yield event

    told: list[Event] = []
    with pytest.raises(StudioError, match="Enough"):
        told.extend(three_looks())
    assert any(isinstance(event, Warned) and "by heart" in event.sentence for event in told)
    assert torch.equal(kept[0], weights[0])
    assert not torch.equal(kept[0], weights[-1])
    assert facts[0].trained["kept_step"] == looks[0].step < facts[0].trained["steps"]


def test_stop_and_keep_exports_what_there_is(sprites: Path, library: Library) -> None:
    control = Control()
    recipe = Recipe("kept", size=16, steps=10_000, precision="fp32", device="cpu")
    for event in train(recipe, [sprites], library, control=control):
        if isinstance(event, Progress) and event.step >= 3:
            control.finish = True
        last = event
    assert isinstance(last, Finished)
    assert load_bundle(last.bundle).facts.trained["steps"] < 10_000


def test_stop_saves_and_a_bundle_is_absent(sprites: Path, library: Library) -> None:
    control = Control()
    recipe = Recipe("stopped", size=16, steps=10_000, precision="fp32", device="cpu")
    for event in (events := train(recipe, [sprites], library, control=control)):
        if isinstance(event, Progress) and event.step >= 3:
            control.stop = True
            break
    with pytest.raises(Cancelled):
        list(events)
    assert not (library.bundles / "stopped").exists()
    assert (library.runs / "stopped" / "checkpoint.safetensors").exists()


def test_numbers_that_explode_end_the_run_and_spare_the_save(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    real = learner_module.Learner.loss

    def exploding(self: learner_module.Learner, *args: object) -> torch.Tensor:
        loss = real(self, *args)  # type: ignore[arg-type]
        return loss * float("nan") if self.standing.step == 4 else loss

    monkeypatch.setattr(learner_module.Learner, "loss", exploding)
    with pytest.raises(StudioError, match="went wrong") as caught:
        list(start())
    assert "Resume" in caught.value.hint
    monkeypatch.setattr(learner_module.Learner, "loss", real)
    finished = _last(start(resume=True))
    assert isinstance(finished, Finished)
    assert load_bundle(finished.bundle).facts.trained["steps"] == 12


@pytest.fixture
def running_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saved after every step; from the sixth on the loss is far above the usual, and finite."""
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    real = learner_module.Learner.loss

    def far(self: learner_module.Learner, *args: object) -> torch.Tensor:
        loss = real(self, *args)  # type: ignore[arg-type]
        return loss * 100 if self.standing.step >= 6 else loss

    monkeypatch.setattr(learner_module.Learner, "loss", far)


@pytest.mark.parametrize("leaving", ["closed", "paused and stopped", "made into a model"])
def test_what_may_be_running_away_is_not_saved(
    sprites: Path, library: Library, running_away: None, leaving: str
) -> None:
    control = Control()
    recipe = Recipe("toy", size=16, steps=50, precision="fp32", device="cpu")
    events = train(recipe, [sprites], library, control=control)
    next(event for event in events if isinstance(event, Progress) and event.step == 9)
    if leaving == "paused and stopped":
        control.paused = True
        next(event for event in events if isinstance(event, Working) and event.doing == "Paused")
        control.stop = True
        with pytest.raises(Cancelled):
            next(events)
    elif leaving == "made into a model":
        control.finish = True
        assert not any(isinstance(event, Saved) for event in _up_to_export(events))
    events.close()
    assert read_standing(library.runs / "toy" / "checkpoint.safetensors").step == 6


def _up_to_export(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Working):
            return
        yield event


def test_a_run_that_cannot_be_held_keeps_its_last_good_save(
    start: Start, library: Library, running_away: None
) -> None:
    with pytest.raises(StudioError, match="went wrong"):
        list(start(steps=50))
    standing = read_standing(library.runs / "toy" / "checkpoint.safetensors")
    assert (standing.step, standing.setbacks) == (6, loop.MOST_SETBACKS)


def test_a_setback_outlasts_a_full_disk(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    monkeypatch.setattr(loop, "SAVE_EVERY_S", 0.0)
    real_loss, real_save, is_spoilt, refused = learner_module.Learner.loss, loop.save_checkpoint, [False], []

    def spoilt(self: learner_module.Learner, *args: object) -> torch.Tensor:
        loss = real_loss(self, *args)  # type: ignore[arg-type]
        if self.standing.step == 4 and not is_spoilt[0]:
            is_spoilt[0] = True
            return loss * float("nan")
        return loss

    def full(file: Path, networks: object, optimizer: object, standing: Standing) -> None:
        if standing.setbacks and not refused:
            refused.append(standing.step)
            raise disk_error(OSError(errno.ENOSPC, "full"), file)
        real_save(file, networks, optimizer, standing)  # type: ignore[arg-type]

    monkeypatch.setattr(learner_module.Learner, "loss", spoilt)
    monkeypatch.setattr(loop, "save_checkpoint", full)
    told = ""
    for event in (events := start()):
        told += event.sentence if isinstance(event, Warned) else ""
        if isinstance(event, Progress) and event.step == 6:
            break
    events.close()  # type: ignore[attr-defined]
    assert refused == [4]
    assert "gone astray" in told
    assert "disk is full" in told


def test_too_little_memory_halves_the_batch(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    real = learner_module.Learner.loss

    def hungry(self: learner_module.Learner, x: torch.Tensor, *args: object) -> torch.Tensor:
        if len(x) > 4:
            raise torch.OutOfMemoryError("DefaultCPUAllocator: can't allocate memory")
        return real(self, x, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(learner_module.Learner, "loss", hungry)
    finished = _last(start(batch=16))
    assert isinstance(finished, Finished)
    assert load_bundle(finished.bundle).facts.trained["batch"] == 4


def test_names_that_are_taken(start: Start, library: Library) -> None:
    _last(start(steps=1))
    with pytest.raises(StudioError, match="already"):
        next(start())
    events = start(name="other", steps=1000)
    for event in events:
        if isinstance(event, Progress):
            break
    events.close()  # type: ignore[attr-defined]
    with pytest.raises(StudioError, match="not finished") as caught:
        next(start(name="other"))
    assert "--resume" in caught.value.hint
    with pytest.raises(StudioError, match="no unfinished"):
        next(start(name="nobody", resume=True))


def test_killed_between_bundle_and_end_of_run(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "delete_run", lambda library, name: None)
    _last(start(steps=2))
    monkeypatch.undo()
    assert (library.runs / "toy").exists()
    assert isinstance(_last(start(resume=True)), Finished)
    assert not (library.runs / "toy").exists()


def test_a_model_of_the_same_name_is_never_replaced(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was renamed or added while the run stood still."""
    _last(start(name="other", steps=1))
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    events = start(steps=3)
    next(event for event in events if isinstance(event, Progress))
    events.close()  # type: ignore[attr-defined]
    rename_bundle(load_bundle(library.bundles / "other"), "toy")
    identity = load_bundle(library.bundles / "toy").facts.id
    with pytest.raises(StudioError, match="another model"):
        list(start(resume=True))
    assert load_bundle(library.bundles / "toy").facts.id == identity
    assert (library.runs / "toy" / "checkpoint.safetensors").exists()


def test_pictures_that_changed_are_noticed_and_lost_ones_are_not_needed(
    start: Start, library: Library, sprites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY_S", 0.0)
    pictures = tmp_path / "pictures"
    shutil.copytree(sprites, pictures)
    events = start(paths=pictures, steps=3)
    next(event for event in events if isinstance(event, Progress))
    events.close()  # type: ignore[attr-defined]
    shutil.rmtree(library.prepared)
    (pictures / "sprite-00.png").unlink()
    with pytest.raises(StudioError, match="have changed"):
        list(start(resume=True))
    shutil.copy(sprites / "sprite-00.png", pictures)
    events = start(resume=True)
    next(event for event in events if isinstance(event, Progress))
    events.close()  # type: ignore[attr-defined]
    shutil.rmtree(pictures)
    assert isinstance(_last(start(resume=True)), Finished)


def test_the_first_step_is_in_the_average_already(start: Start, library: Library, tmp_path: Path) -> None:
    one, two = Library(tmp_path / "one"), Library(tmp_path / "two")
    _last(start(into=one, steps=1))
    _last(start(into=two, steps=2))
    assert _bundle_bytes(one)["decoder.onnx"] != _bundle_bytes(two)["decoder.onnx"]


def test_a_run_is_trained_by_one_at_a_time(start: Start) -> None:
    events = start(steps=1000)
    next(event for event in events if isinstance(event, Progress))
    with pytest.raises(StudioError, match="another window or terminal"):
        next(start(resume=True))
    events.close()  # type: ignore[attr-defined]


def test_what_is_left_of_a_removed_run_is_not_adopted(start: Start, library: Library) -> None:
    left = library.runs / "toy" / "checkpoint.safetensors"
    left.parent.mkdir()
    left.write_bytes(b"of another run")
    finished = _last(start(steps=1))
    assert isinstance(finished, Finished)


def test_opaque_pictures_give_opaque_ones_and_one_sided_ones_are_not_mirrored(
    start: Start, sprites: Path, tmp_path: Path
) -> None:
    opaque = tmp_path / "opaque"
    opaque.mkdir()
    for file in sprites.iterdir():
        picture = Image.open(file).convert("RGB")
        picture.paste((250, 240, 90), (0, 0, 12, 32))
        picture.save(opaque / file.name)
    finished = _last(start(paths=opaque, steps=2))
    assert isinstance(finished, Finished)
    bundle = load_bundle(finished.bundle)
    assert bundle.facts.trained["mirror"] is False
    pictures = Decoder(bundle, "cpu").decode(bundle.density.draw_seeds(bundle.facts.id, [1, 2]))
    assert (pictures[..., 3] == 255).all()


def test_a_set_too_small_is_refused_and_leaves_no_run(start: Start, library: Library, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(StudioError):
        list(start(paths=empty))
    assert not list(library.runs.iterdir())


def test_recipes_that_cannot_be(library: Library, sprites: Path) -> None:
    good = Recipe("toy")
    for wrong in (
        replace(good, name=" "),
        replace(good, name="a/b"),
        replace(good, size=65),
        replace(good, fit="squash"),
        replace(good, minutes=0),
        replace(good, minutes=float("nan")),
        replace(good, steps=0),
        replace(good, seed=-1),
        replace(good, device="tpu"),
    ):
        with pytest.raises(StudioError):
            next(train(wrong, [sprites], library))
    assert Recipe.from_json(good.to_json()) == good


def test_thumbnails_show_the_pictures(start: Start) -> None:
    finished = _last(start(steps=1))
    assert isinstance(finished, Finished)
    bundle = load_bundle(finished.bundle)
    assert bundle.thumbnails is not None
    assert bundle.thumbnails.shape == (48, 16, 16, 4)
    assert np.ptp(bundle.thumbnails[..., 3]) == 255
