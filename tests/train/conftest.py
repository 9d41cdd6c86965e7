"""Small sets of pictures for training tests, and runs of them in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from PIL import Image
from torch import Tensor, nn

from studio.core.events import Event
from studio.core.recipe import Recipe
from studio.store.files import Library
from studio.train import to_onnx
from studio.train.loop import train


def draw_sprite(random: np.random.Generator, side: int) -> np.ndarray:
    """A soft disc with a coloured bar on it, on a transparent ground: uint8 [side, side, 4]."""
    y, x = np.mgrid[:side, :side] + 0.5
    radius = side * random.uniform(0.25, 0.42)
    alpha = np.clip(radius - np.hypot(x - side / 2, y - side / 2) + 0.5, 0, 1)
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[..., :3] = random.integers(60, 256, 3)
    bar = int(random.integers(side // 4, side // 2))
    rgba[bar : bar + max(2, side // 8), :, :3] = random.integers(0, 200, 3)
    rgba[..., 3] = np.rint(alpha * 255)
    rgba[rgba[..., 3] == 0] = 0
    return rgba


@pytest.fixture(scope="session")
def sprites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 48 smooth sprites of 32 px."""
    folder = tmp_path_factory.mktemp("sprites")
    random = np.random.default_rng(0)
    for index in range(48):
        Image.fromarray(draw_sprite(random, 32)).save(folder / f"sprite-{index:02d}.png")
    return folder


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 24 opaque pictures of 32 px: two colours, and grain all over."""
    folder = tmp_path_factory.mktemp("paintings")
    random = np.random.default_rng(2)
    for index in range(24):
        picture = np.repeat(random.integers(60, 200, (2, 1, 3)), 16, axis=0) + random.normal(
            0, 12, (32, 32, 3)
        )
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(folder / f"painting-{index:02d}.png")
    return folder


@pytest.fixture(scope="session")
def pixel_sprites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 40 sprites of 16 px in six colours, every pixel drawn as 2x2."""
    folder = tmp_path_factory.mktemp("pixel-sprites")
    random = np.random.default_rng(1)
    palette = np.array(
        [[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 255], [0, 255, 0, 255], [40, 60, 220, 255], [255] * 4]
    )
    for index in range(40):
        cells = np.zeros((16, 16), np.int64)
        cells[2:14, 3:13] = random.integers(1, 6)
        cells[4:7, 5:7] = cells[4:7, 9:11] = random.integers(1, 6)
        cells[10, int(random.integers(4, 7)) : 11] = random.integers(1, 6)
        cells[2, 3 : int(random.integers(4, 12))] = 0
        picture = palette[cells].astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)
        Image.fromarray(picture).save(folder / f"pixel-{index:02d}.png")
    return folder


Export = Callable[[nn.Module, Tensor, str, list[str]], bytes]


class _ExportOnce:
    """Exports a network of one shape once, and writes the weights of later ones into that file.

    The exporter takes four seconds; `to_onnx.export` still compares every file with its network. A file that
    does not hold each weight under its name (equal ones are merged) is not used again.
    """

    def __init__(self, export: Export) -> None:
        self._export, self._files = export, dict[object, bytes]()

    def __call__(self, module: nn.Module, example: Tensor, given: str, names: list[str]) -> bytes:
        shape = [(name, value.shape) for name, value in module.state_dict().items()]
        kinds = ("octaves", "stretch", "is_opaque")
        settings = [[vars(part).get(kind) for kind in kinds] for part in module.modules()]
        key = repr((type(module), example.shape, shape, settings))
        if key in self._files:
            return _with_weights(self._files[key], module)
        file = self._export(module, example, given, names)
        held = {tensor.name.removesuffix(".half") for tensor in onnx.load_from_string(file).graph.initializer}
        if held >= module.state_dict().keys():
            self._files[key] = file
        return file


def _with_weights(file: bytes, module: nn.Module) -> bytes:
    model, weights = onnx.load_from_string(file), module.state_dict()
    for tensor in model.graph.initializer:
        value = weights.get(tensor.name.removesuffix(".half"))
        if value is not None:
            kind = np.float16 if tensor.name.endswith(".half") else np.float32
            tensor.CopyFrom(numpy_helper.from_array(value.numpy().astype(kind), tensor.name))
    return bytes(model.SerializeToString())


_export_once = _ExportOnce(to_onnx._exported)


@pytest.fixture(autouse=True)
def export_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """For all but the tests of the exporter itself."""
    if request.path.name != "test_to_onnx.py":
        monkeypatch.setattr(to_onnx, "_exported", _export_once)


Start = Callable[..., Iterator[Event]]


@pytest.fixture
def start(sprites: Path, library: Library) -> Start:
    """start(name=..., steps=..., ...): a run on the sprites, in fp32, as an iterator of events."""

    def begin(
        name: str = "toy", resume: bool = False, into: Library = library, **answers: object
    ) -> Iterator[Event]:
        paths = [answers.pop("paths", sprites)]
        settings: dict[str, object] = {"size": 16, "steps": 12, "precision": "fp32", "device": "cpu"}
        recipe = Recipe(name=name, **(settings | answers))  # type: ignore[arg-type]
        return train(recipe, paths, into, resume)  # type: ignore[arg-type]

    return begin
