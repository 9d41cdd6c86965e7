"""The trained network as two ONNX files, and proof that they give the pictures the network gives."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn
from torch.export import Dim

from studio.core.errors import StudioError
from studio.train.checkpoint import SMALLEST_HALVED
from studio.train.vae import Vae

OPSET = 20
LARGEST_DIFFERENCE = 1e-3
"""Between torch and the file, in network range (-1..1): an eighth of one step of 255."""


class PictureDecoder(nn.Module):
    """The decoder with its colours looked up: latents -> premultiplied RGBA, float32 [N, 4, S, S], -1..1.

    With a palette there are two outputs: the likeliest colour of every pixel, and the colour expected
    under the network's probabilities, which changes smoothly along a morph.
    """

    def __init__(self, decoder: nn.Module, palette: Tensor | None) -> None:
        super().__init__()
        self.decoder = decoder
        self.register_buffer("palette", palette)

    def forward(self, z: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        x: Tensor = self.decoder(z)
        if not isinstance(self.palette, Tensor):
            return x.clamp(-1, 1)
        colours = self.palette[x.argmax(dim=1)].permute(0, 3, 1, 2)
        expected = torch.softmax(x, dim=1).permute(0, 2, 3, 1) @ self.palette
        return colours, expected.permute(0, 3, 1, 2)


def round_to_half(network: nn.Module) -> None:
    """Round every weight to the nearest float16, as the files keep them, so that what is measured and
    compared is what the artist gets."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.numel() >= SMALLEST_HALVED:
                parameter.copy_(parameter.half().float())


def export(network: Vae, palette: Tensor | None) -> tuple[bytes, bytes]:
    """(encoder, decoder) as ONNX, weights in float16 and everything computed in float32.

    network: on the CPU, in eval mode, weights already rounded (`round_to_half`).
    palette: float32 [P, 4], premultiplied, -1..1.
    Raises StudioError when a file does not give the network's own pictures.
    """
    shape = network.shape
    network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    decoder = PictureDecoder(network.decoder, palette)
    z = torch.randn(2, shape.latent_width, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        rgba = torch.tanh(decoder.decoder(z)[:, :4])
    names = ["rgba"] if palette is None else ["rgba", "soft"]
    decoder_file = _exported(decoder, z, "z", names)
    encoder_file = _exported(network.encoder, rgba, "rgba", ["mean", "log_variance"])
    _compare(decoder, z, decoder_file)
    _compare(network.encoder, rgba, encoder_file)
    return encoder_file, decoder_file


def _exported(module: nn.Module, example: Tensor, given: str, names: list[str]) -> bytes:
    with _quiet():
        program = torch.onnx.export(
            module.eval(),
            (example,),
            dynamo=True,
            opset_version=OPSET,
            input_names=[given],
            output_names=names,
            dynamic_shapes=({0: Dim("batch", min=1, max=4096)},),
            external_data=False,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _halve(model)
    _forget_origins(model)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells its progress and what it does not need (torchvision); nobody here asks."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def _halve(model: onnx.ModelProto) -> None:
    """Keep float32 initializers as float16 and cast them where they enter; the runtime folds the casts."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALLEST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], f"{name}.cast", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _forget_origins(model: onnx.ModelProto) -> None:
    """Drop the exporter's notes: they hold source paths of the machine that trained, and weigh more than
    the graph."""
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")
    model.ClearField("metadata_props")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")


def _compare(module: nn.Module, example: Tensor, file: bytes) -> None:
    """The file against torch, run by ONNX's own reference (this room has no ONNX Runtime)."""
    with torch.inference_mode():
        wanted = module(example)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    evaluator = ReferenceEvaluator(onnx.load_from_string(file))
    with np.errstate(over="ignore", invalid="ignore"):  # its sigmoid computes both branches
        given = evaluator.run(None, {evaluator.input_names[0]: example.numpy()})
    for theirs, ours in zip(given, wanted, strict=True):
        if not _agree(np.asarray(theirs), ours.numpy()):
            raise StudioError(
                "The finished model does not give the pictures it gave while training.",
                "Resume the run to try again; nothing is lost.",
            )


def _agree(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> bool:
    """Whether all but one in a thousand numbers agree (a palette's colours may tie)."""
    return a.shape == b.shape and float(np.mean(np.abs(a - b) > LARGEST_DIFFERENCE)) <= 1e-3
