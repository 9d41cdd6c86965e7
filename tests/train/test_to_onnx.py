"""The files give the network's pictures through ONNX Runtime, at every batch size."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from studio.core.errors import StudioError
from studio.train import to_onnx
from studio.train.detail import Octave
from studio.train.opacity import Stretch
from studio.train.plan import architecture
from studio.train.to_onnx import PictureDecoder, export, round_to_half
from studio.train.vae import Vae


def _network(side: int, palette: int = 0) -> Vae:
    torch.manual_seed(0)
    network = Vae(architecture(side, palette, latent_width=16)).eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d):  # blocks start as the identity: give them something to do
            nn.init.kaiming_normal_(module.weight)
    round_to_half(network)
    return network


@pytest.mark.parametrize(
    ("side", "palette", "octaves"),
    [(32, 0, ()), (32, 0, (Octave(2.5, 1.4), Octave(0.0, 1.1))), (16, 5, ())],
)
def test_files_agree_with_torch(side: int, palette: int, octaves: tuple[Octave, ...]) -> None:
    network = _network(side, palette)
    network.decoder.octaves, network.decoder.stretch = octaves, Stretch(8, 247) if octaves else None
    colours = torch.rand(palette, 4) * 2 - 1 if palette else None
    encoder_file, decoder_file = export(network, colours)
    decoder, encoder = (onnxruntime.InferenceSession(file) for file in (decoder_file, encoder_file))
    reference = PictureDecoder(network.decoder, colours)
    for batch in (1, 3, 8):
        random = torch.Generator().manual_seed(batch)
        z = torch.randn(batch, 16, generator=random)
        x = torch.rand(batch, 4, side, side, generator=random) * 2 - 1
        with torch.inference_mode():
            wanted = reference(z)
            wanted = wanted if isinstance(wanted, tuple) else (wanted,)
            moments = network.encoder(x)
        given = decoder.run(None, {"z": z.numpy()})
        for ours, theirs in zip(given, wanted, strict=True):
            assert np.mean(np.abs(ours - theirs.numpy()) > 1e-4) < 1e-3
        for ours, theirs in zip(encoder.run(None, {"rgba": x.numpy()}), moments, strict=True):
            np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-3)


def test_a_file_that_disagrees_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _network(16)

    def spoil(model: object) -> None:
        for tensor in model.graph.initializer:  # type: ignore[attr-defined]
            if tensor.name.endswith("start.bias"):
                tensor.raw_data = np.full(tensor.dims, 3.0, np.float32).tobytes()

    monkeypatch.setattr(to_onnx, "_halve", spoil)
    with pytest.raises(StudioError, match="does not give the pictures"):
        export(network, None)


def test_no_path_of_this_machine_travels() -> None:
    for file in export(_network(16), None):
        assert b".py" not in file
