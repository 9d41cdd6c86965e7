"""Small whole bundles for tests, made without torch: the networks are a few ONNX operators.

The decoder is two affine layers, so pictures differ from latent to latent; the encoder is one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from studio.core.density import Density
from studio.core.pixels import grid, to_network
from studio.store.bundle import Bundle, content_id, write_bundle
from studio.store.facts import Facts

_HIDDEN = 16
PALETTE = ((0, 0, 0, 0), (20, 20, 30, 255), (220, 60, 60, 255), (60, 180, 220, 255), (250, 240, 210, 128))
"""The colours of the pixel bundles."""

Floats = npt.NDArray[np.float32]


def make_bundle(
    folder: Path,
    name: str = "toy",
    size: int = 16,
    latent_width: int = 8,
    kind: str = "smooth",
    scale: int = 1,
    pictures: int = 20,
    seed: int = 0,
    thumbnails: bool = True,
    novelty: tuple[float, ...] = (),
) -> Bundle:
    """A bundle at folder/name. kind: "smooth", or "pixel" with PALETTE. Equal arguments, equal bundle."""
    random = np.random.default_rng(seed)
    decoder = decoder_onnx(random, size, latent_width, kind)
    encoder = encoder_onnx(random, size, latent_width)
    facts = Facts(
        id=content_id(encoder, decoder),
        name=name,
        size=size,
        latent_width=latent_width,
        kind=kind,
        scale=scale,
        palette=PALETTE if kind == "pixel" else None,
        trained={
            "pictures": pictures,
            "held_out": 2,
            "date": "2026-11-23",
            "recipe": {"name": name, "size": size * scale},
            "device": "CPU",
            "precision": "fp32",
            "seconds": 12.5,
            "steps": 100,
            "seen": 3200,
            "pictures_per_s": 256.0,
            "versions": {},
        },
        quality={"rebuild_error": 9.5},
        novelty=novelty,
        licence="Toy pictures, CC0.",
    )
    originals = random.integers(0, 256, (pictures, size, size, 4), dtype=np.uint8)
    originals[originals[..., 3] == 0] = 0
    return write_bundle(
        folder / name,
        facts,
        encoder,
        decoder,
        density(random, latent_width),
        random.standard_normal((pictures, latent_width)).astype(np.float32),
        grid(originals[:8], 4),
        originals if thumbnails else None,
        tuple(f"picture {i:03}.png" for i in range(pictures)) if thumbnails else (),
    )


def density(random: np.random.Generator, width: int, components: int = 3) -> Density:
    factors = np.tril(random.standard_normal((components, width, width)) * 0.2) + np.eye(width)
    diagonal = np.arange(width)
    factors[:, diagonal, diagonal] = np.abs(factors[:, diagonal, diagonal]) + 0.1
    means = random.standard_normal((components, width))
    return Density(np.full(components, 1 / components), means, factors)


def decoder_onnx(random: np.random.Generator, size: int, latent_width: int, kind: str = "smooth") -> bytes:
    """z -> rgba (premultiplied, -1..1), and for pixel bundles soft."""
    planes = len(PALETTE) if kind == "pixel" else 4
    weights = {
        "w1": random.standard_normal((latent_width, _HIDDEN)).astype(np.float32),
        "w2": random.standard_normal((_HIDDEN, planes * size * size)).astype(np.float32),
        "shape": np.array([0, planes, size, size], np.int64),
    }
    nodes = [
        helper.make_node("Gemm", ["z", "w1"], ["h1"]),
        helper.make_node("Tanh", ["h1"], ["h2"]),
        helper.make_node("Gemm", ["h2", "w2"], ["h3"]),
        helper.make_node("Reshape", ["h3", "shape"], ["planes"]),
    ]
    nodes += _choose_from_palette(weights) if kind == "pixel" else _premultiplied(weights)
    outputs = ("rgba", "soft") if kind == "pixel" else ("rgba",)
    side = (size, size)
    return _model(nodes, weights, {"z": (latent_width,)}, dict.fromkeys(outputs, (4, *side)))


def _premultiplied(weights: dict[str, Any]) -> list[onnx.NodeProto]:
    """Colour and alpha in 0..1, colour times alpha, stretched to -1..1."""
    weights |= {
        "split": np.array([3, 1], np.int64),
        "two": np.array(2, np.float32),
        "one": np.array(1, np.float32),
    }
    return [
        helper.make_node("Sigmoid", ["planes"], ["levels"]),
        helper.make_node("Split", ["levels", "split"], ["colour", "alpha"], axis=1),
        helper.make_node("Mul", ["colour", "alpha"], ["shown"]),
        helper.make_node("Concat", ["shown", "alpha"], ["both"], axis=1),
        helper.make_node("Mul", ["both", "two"], ["doubled"]),
        helper.make_node("Sub", ["doubled", "one"], ["rgba"]),
    ]


def _choose_from_palette(weights: dict[str, Any]) -> list[onnx.NodeProto]:
    """The likeliest colour (rgba) and the expected one (soft)."""
    colours = to_network(np.array(PALETTE, np.uint8).reshape(1, -1, 1, 4))  # [1, 4, P, 1]
    weights["palette"] = np.ascontiguousarray(colours[0, :, :, 0].T)  # [P, 4]
    channels_first = {"perm": [0, 3, 1, 2]}
    return [
        helper.make_node("ArgMax", ["planes"], ["index"], axis=1, keepdims=0),
        helper.make_node("Gather", ["palette", "index"], ["chosen"], axis=0),
        helper.make_node("Transpose", ["chosen"], ["rgba"], **channels_first),
        helper.make_node("Softmax", ["planes"], ["shares"], axis=1),
        helper.make_node("Transpose", ["shares"], ["shares_last"], perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["shares_last", "palette"], ["expected"]),
        helper.make_node("Transpose", ["expected"], ["soft"], **channels_first),
    ]


def encoder_onnx(random: np.random.Generator, size: int, latent_width: int) -> bytes:
    """rgba -> mean, log_variance."""
    inside = 4 * size * size
    weights = {
        "w": (random.standard_normal((inside, latent_width)) / np.sqrt(inside)).astype(np.float32),
        "minus_two": np.array(-2, np.float32),
        "little": np.array(0.01, np.float32),
    }
    nodes = [
        helper.make_node("Flatten", ["rgba"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w"], ["mean"]),
        helper.make_node("Mul", ["mean", "little"], ["small"]),
        helper.make_node("Add", ["small", "minus_two"], ["log_variance"]),
    ]
    code = (latent_width,)
    return _model(nodes, weights, {"rgba": (4, size, size)}, {"mean": code, "log_variance": code})


def _model(
    nodes: list[onnx.NodeProto],
    weights: dict[str, Any],
    inputs: dict[str, tuple[int, ...]],
    outputs: dict[str, tuple[int, ...]],
) -> bytes:
    def ports(shapes: dict[str, tuple[int, ...]]) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
            for name, shape in shapes.items()
        ]

    initializers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "toy", ports(inputs), ports(outputs), initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()
