"""What an ONNX file says about itself, read with a small protobuf walk: no onnx, no ONNX Runtime.

Field numbers are those of onnx.proto3 (onnx/onnx, IR version 10). Weights are stepped over, not read, so
that this takes a few milliseconds. Every occurrence of a repeated field is checked: readers disagree
about which one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .damage import Damaged

FLOAT32 = 1
_MOST_PARTS = 20_000  # nodes and weights together; a decoder has some hundred
_STRING_TENSOR = 8
_OPERATOR_NAMES = """
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat Constant
    ConstantOfShape Conv ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Div Elu Equal Erf Exp Expand
    Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater
    GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization IsNaN
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mod Mul Neg
    Not Or PRelu Pad Pow QuantizeLinear Range Reciprocal ReduceL2 ReduceLogSumExp ReduceMax ReduceMean
    ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterElements ScatterND Selu
    Shape Sigmoid Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish
    Tanh ThresholdedRelu Tile TopK Transpose Trilu Unsqueeze Where Xor
"""
_OPERATORS = frozenset(_OPERATOR_NAMES.split())
"""What networks of pictures are made of: no loops, no randomness, no strings, nothing that opens files."""


@dataclass(frozen=True)
class Port:
    """An input or output of the graph."""

    name: str
    element: int  # onnx.TensorProto.DataType
    shape: tuple[int | None, ...]  # None: not fixed in the file


@dataclass(frozen=True)
class OnnxGraph:
    """The borders of a graph whose inside has been found harmless."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def examine(content: bytes) -> OnnxGraph:
    """The graph's inputs and outputs.

    Raises Damaged unless the whole file is one plain graph of known operators of the default domain, with
    all its weights inside.
    """
    try:
        return _examine_model(memoryview(content))
    except (IndexError, UnicodeDecodeError) as error:
        raise Damaged("it is not a readable ONNX file") from error


def keep_outputs(content: bytes, names: Sequence[str]) -> bytes:
    """The same network without the other outputs and what only they need.

    ONNX Runtime computes every output at every call, asked for or not: the second one of a palette decoder
    took a third of its time (measured).
    Raises Damaged as `examine` does, since the file may have changed since it was loaded.
    """
    examine(content)
    model = memoryview(content)
    parts: list[bytes | memoryview] = []
    for number, value, field in _spans(model):
        if number == 7:
            graph = b"".join(_needed(_message(value), names))
            parts += [_tag(7), _as_varint(len(graph)), graph]
        else:
            parts.append(field)
    return b"".join(parts)


def _needed(graph: memoryview, names: Sequence[str]) -> list[memoryview]:
    """The graph's fields that the outputs of these names need, as they stand in the file."""
    fields = list(_spans(graph))
    needed = set(names)
    kept = []
    for number, value, field in reversed(fields):  # nodes stand in the order in which they run
        if number == 1:
            ports = [(kind, _text(name)) for kind, name in _fields(_message(value)) if kind in (1, 2)]
            if not any(kind == 2 and name in needed for kind, name in ports):
                continue
            needed.update(name for kind, name in ports if kind == 1)
        elif number == 12 and _port(_message(value)).name not in names:
            continue
        kept.append((number, value, field))
    return [
        field
        for number, value, field in reversed(kept)
        if number != 5 or any(kind == 8 and _text(name) in needed for kind, name in _fields(_message(value)))
    ]


def _tag(number: int) -> bytes:
    """Of a field with a length."""
    return _as_varint(number << 3 | 2)


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of one message: (number, varint or content). Fixed-width numbers come as content."""
    for number, value, _ in _spans(view):
        yield number, value


def _spans(view: memoryview) -> Iterator[tuple[int, int | memoryview, memoryview]]:
    """As `_fields`, and the whole field as it stands in the file."""
    position, end = 0, len(view)
    while position < end:
        start = position
        tag, position = _varint(view, position)
        wire = tag & 7
        if wire == 0:
            value, position = _varint(view, position)
            yield tag >> 3, value, view[start:position]
            continue
        if wire == 2:
            length, position = _varint(view, position)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise Damaged("it is not a readable ONNX file")
        if position + length > end:
            raise Damaged("it is cut short")
        content = view[position : position + length]
        position += length
        yield tag >> 3, content, view[start:position]


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    """(value, position after it). Raises IndexError at the end of the message."""
    byte = view[position]
    value, shift = byte & 0x7F, 7
    while byte & 0x80:
        position += 1
        byte = view[position]
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise Damaged("it is not a readable ONNX file")
    return value, position + 1


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise Damaged("it is not a readable ONNX file")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode()


def _examine_model(model: memoryview) -> OnnxGraph:
    graph = None
    for number, value in _fields(model):
        if number == 7:
            if graph is not None:
                raise Damaged("it holds more than one graph")
            graph = _examine_graph(_message(value))
        elif number in (20, 25):  # training_info, functions
            raise Damaged("it holds more than a plain graph")
    if graph is None:
        raise Damaged("it holds no graph")
    return graph


def _examine_graph(graph: memoryview) -> OnnxGraph:
    inputs, outputs, parts = [], [], 0
    for number, value in _fields(graph):
        if number in (1, 5):
            parts += 1
            if parts > _MOST_PARTS:
                raise Damaged("it has too many parts")
        if number == 1:
            _check_node(_message(value))
        elif number == 5:
            _check_tensor(_message(value))
        elif number == 11:
            inputs.append(_port(_message(value)))
        elif number == 12:
            outputs.append(_port(_message(value)))
        elif number == 15:
            raise Damaged("it has sparse weights")
    return OnnxGraph(tuple(inputs), tuple(outputs))


def _check_node(node: memoryview) -> None:
    for number, value in _fields(node):
        if number == 4:
            operator = _text(value)
            if operator not in _OPERATORS:
                raise Damaged(f"it uses “{operator[:40]}”, which no network of pictures needs")
        elif number == 5:
            _check_attribute(_message(value))
        elif number == 7:
            domain = _text(value)
            if domain not in ("", "ai.onnx"):
                raise Damaged(f"it uses operators of “{domain[:40]}”, which are not standard")


def _check_attribute(attribute: memoryview) -> None:
    for number, value in _fields(attribute):
        if number in (5, 10):  # t, tensors
            _check_tensor(_message(value))
        elif number in (6, 11, 22, 23):  # g, graphs, sparse_tensor, sparse_tensors
            raise Damaged("it holds more than a plain graph")


def _check_tensor(tensor: memoryview) -> None:
    for number, value in _fields(tensor):
        if number == 13 or (number == 14 and value != 0):  # external_data, data_location
            raise Damaged("it keeps its weights in another file")
        if number == 2 and value == _STRING_TENSOR:
            raise Damaged("it holds text where numbers belong")


def _port(info: memoryview) -> Port:
    name, element, shape = "", 0, None
    for number, value in _fields(info):
        if number == 1:
            name = _text(value)
        elif number == 2:
            for kind, tensor_type in _fields(_message(value)):
                if kind == 1:
                    element, shape = _tensor_type(_message(tensor_type))
    if shape is None:
        raise Damaged(f"“{name[:40]}” has no shape")
    return Port(name, element, shape)


def _tensor_type(tensor_type: memoryview) -> tuple[int, tuple[int | None, ...] | None]:
    element, shape = 0, None
    for number, value in _fields(tensor_type):
        if number == 1:
            element = value if isinstance(value, int) else 0
        elif number == 2:
            shape = tuple(
                _length(_message(dimension)) for kind, dimension in _fields(_message(value)) if kind == 1
            )
    return element, shape


def _length(dimension: memoryview) -> int | None:
    length = None
    for number, value in _fields(dimension):
        if number == 1 and isinstance(value, int):
            length = value
    return length
