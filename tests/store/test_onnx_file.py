"""Taking a network down to the outputs that are asked for. What is refused is in test_bundle."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from bundles import decoder_onnx, encoder_onnx

from studio.store.onnx_file import examine, keep_outputs

PIXEL = decoder_onnx(np.random.default_rng(0), 16, 8, "pixel")
ENCODER = encoder_onnx(np.random.default_rng(0), 16, 8)


@pytest.mark.parametrize(
    ("content", "names", "nodes"),
    [
        (PIXEL, ["rgba"], 7),
        (PIXEL, ["soft"], 8),
        (PIXEL, ["rgba", "soft"], 11),
        (ENCODER, ["mean"], 2),
        (ENCODER, ["mean", "log_variance"], 4),
    ],
)
def test_what_is_left_gives_the_same(content: bytes, names: list[str], nodes: int) -> None:
    small = keep_outputs(content, names)
    model = onnx.load_from_string(small)
    onnx.checker.check_model(model, full_check=True)
    assert len(model.graph.node) == nodes
    graph = examine(small)
    assert [port.name for port in graph.outputs] == names
    assert len(graph.inputs) == 1
    source = graph.inputs[0]
    shape = [3, *(length for length in source.shape if length is not None)]
    feed = {source.name: np.random.default_rng(1).standard_normal(shape).astype(np.float32)}
    before, after = (onnxruntime.InferenceSession(each).run(names, feed) for each in (content, small))
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_all_kept_changes_nothing() -> None:
    assert keep_outputs(PIXEL, ["rgba", "soft"]) == PIXEL


def test_weights_nobody_needs_are_left_out() -> None:
    model = onnx.load_from_string(keep_outputs(ENCODER, ["mean"]))
    assert [tensor.name for tensor in model.graph.initializer] == ["w"]
