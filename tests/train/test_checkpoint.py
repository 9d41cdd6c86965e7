"""A checkpoint holds every stateful thing, and a damaged one is refused in a sentence."""

from pathlib import Path

import pytest
import torch

from studio.core.errors import StudioError
from studio.train.checkpoint import Moment, Standing, load_checkpoint, read_standing, save_checkpoint
from studio.train.learner import in_channels_last, new_optimizer
from studio.train.plan import architecture
from studio.train.vae import Vae


def _parts(seed: int, latent_width: int = 8) -> tuple[dict[str, Vae], torch.optim.AdamW]:
    torch.manual_seed(seed)
    shape = architecture(16, 0, latent_width)
    networks = {name: in_channels_last(Vae(shape)) for name in ("network", "average", "best")}
    return networks, new_optimizer(networks["network"])


def _step(network: Vae, optimizer: torch.optim.AdamW) -> None:
    optimizer.zero_grad()
    posterior = network.posterior(torch.ones(2, 4, 16, 16))
    network.decoder(posterior.mean).square().mean().backward()
    optimizer.step()


def test_round_trip_is_exact(tmp_path: Path) -> None:
    networks, optimizer = _parts(0)
    _step(networks["network"], optimizer)
    moment = Moment(1.0, 9.5, 0.25)
    standing = Standing(
        step=1, seconds=2.5, seen=2, variances=(0.25, 0.5), batch=2, history=(moment, moment), best=moment
    )
    save_checkpoint(tmp_path / "c.safetensors", networks, optimizer, standing)
    restored, restored_optimizer = _parts(1)
    load_checkpoint(tmp_path / "c.safetensors", restored, restored_optimizer)
    assert read_standing(tmp_path / "c.safetensors") == standing
    for kind, network in networks.items():
        for name, value in network.state_dict().items():
            assert torch.equal(value, restored[kind].state_dict()[name]), f"{kind} {name}"
    _step(networks["network"], optimizer)
    _step(restored["network"], restored_optimizer)
    for ours, theirs in zip(networks["network"].parameters(), restored["network"].parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "other network", "missing"])
def test_damage_is_one_sentence(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "c.safetensors"
    networks, optimizer = _parts(0)
    _step(networks["network"], optimizer)
    save_checkpoint(file, networks, optimizer, Standing(step=1))
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
