"""A checkpoint holds every stateful thing, and a damaged one is refused in a sentence."""

from pathlib import Path

import pytest
import torch

from studio.core.errors import StudioError
from studio.train.checkpoint import Standing, load_checkpoint, read_standing, save_checkpoint
from studio.train.learner import in_channels_last, new_optimizer
from studio.train.plan import architecture
from studio.train.vae import Vae


def _parts(seed: int, latent_width: int = 8) -> tuple[Vae, Vae, torch.optim.AdamW]:
    torch.manual_seed(seed)
    shape = architecture(16, 0, latent_width, is_gpu=False)
    network = in_channels_last(Vae(shape))
    return network, in_channels_last(Vae(shape)), new_optimizer(network)


def _step(network: Vae, optimizer: torch.optim.AdamW) -> None:
    optimizer.zero_grad()
    posterior = network.posterior(torch.ones(2, 4, 16, 16))
    network.decoder(posterior.mean).square().mean().backward()
    optimizer.step()


def test_round_trip_is_exact(tmp_path: Path) -> None:
    network, average, optimizer = _parts(0)
    _step(network, optimizer)
    standing = Standing(step=1, seconds=2.5, seen=2, variances=(0.25, 0.5), batch=2, history=((1.0, 9.5),))
    save_checkpoint(tmp_path / "c.safetensors", network, average, optimizer, standing)
    restored = _parts(1)
    load_checkpoint(tmp_path / "c.safetensors", *restored)
    assert read_standing(tmp_path / "c.safetensors") == standing
    for ours, theirs in ((network, restored[0]), (average, restored[1])):
        for name, value in ours.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name
    _step(network, optimizer)
    _step(restored[0], restored[2])
    for ours, theirs in zip(network.parameters(), restored[0].parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "other network", "missing"])
def test_damage_is_one_sentence(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "c.safetensors"
    network, average, optimizer = _parts(0)
    _step(network, optimizer)
    save_checkpoint(file, network, average, optimizer, Standing(step=1))
    whole = file.read_bytes()
    restored = _parts(0, latent_width=12 if damage == "other network" else 8)
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(
            {"cut": whole[: len(whole) // 2], "empty": b"", "noise": b"\xff" * 4096}.get(damage, whole)
        )
    with pytest.raises(StudioError, match="damaged"):
        load_checkpoint(file, *restored)
