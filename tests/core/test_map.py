"""Pictures laid out in the plane: near ones stay near, none overlap, every place stands for a latent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from bundles import density

from studio.core.chart import Chart, is_inside
from studio.core.embedding import embed, principal, repulsion
from studio.core.errors import Cancelled
from studio.core.mosaic import settle
from studio.core.neighbours import neighbours
from studio.core.progress import CallbackProgress

WIDTH = 6
GROUPS = 5


def groups(count: int, seed: int = 0) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Points around a few centres far from each other, and whose each is."""
    random = np.random.default_rng(seed)
    centres = 8 * random.standard_normal((GROUPS, WIDTH))
    whose = np.arange(count) % GROUPS
    return (centres[whose] + random.standard_normal((count, WIDTH))).astype(np.float32), whose


def chart(count: int = 150) -> Chart:
    codes, _ = groups(count)
    return Chart(settle(embed(codes)), codes, density(np.random.default_rng(1), WIDTH))


def test_neighbours_are_those_of_a_plain_search() -> None:
    points = np.random.default_rng(0).standard_normal((300, 7)) + 1000
    far = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(far, np.inf)
    found, distances = neighbours(points, 5)
    assert np.array_equal(found, np.argsort(far, axis=1, kind="stable")[:, :5])
    assert np.allclose(distances, np.sort(far, axis=1)[:, :5], rtol=1e-3)


def test_the_mesh_pushes_as_the_sum_over_all_pairs_does() -> None:
    places = (np.random.default_rng(0).standard_normal((400, 2)) * 8).astype(np.float32)
    apart = places[:, None] - places[None]
    likeness = 1 / (1 + (apart**2).sum(axis=2))
    np.fill_diagonal(likeness, 0)
    exact = (apart * (likeness**2)[..., None]).sum(axis=1) / likeness.sum()
    assert np.linalg.norm(repulsion(places) - exact) < 0.2 * np.linalg.norm(exact)
    assert np.abs(repulsion(places).sum(axis=0)).max() < 1e-5  # nobody pushes himself


def test_groups_become_islands() -> None:
    points, whose = groups(400)
    cells = settle(embed(points))
    nearest, _ = neighbours(cells.astype(np.float32), 5)
    own = np.mean(whose[nearest] == whose[:, None])
    assert own > 0.93


def test_neighbours_are_kept_better_than_by_the_principal_axes() -> None:
    points = np.random.default_rng(3).standard_normal((500, 12)).astype(np.float32)
    points *= np.linspace(2, 0.5, 12)
    wanted, _ = neighbours(points, 10)

    def kept(places: npt.NDArray[np.floating]) -> float:
        found, _ = neighbours(places, 10)
        return float(np.mean([len(np.intersect1d(a, b)) for a, b in zip(wanted, found, strict=True)])) / 10

    assert kept(settle(embed(points)).astype(np.float32)) > 1.8 * kept(principal(points))


def test_the_same_points_give_the_same_layout_and_every_picture_its_own_cell() -> None:
    points, _ = groups(300)
    cells = settle(embed(points))
    assert np.array_equal(cells, settle(embed(points)))
    assert len(np.unique(cells, axis=0)) == 300
    assert cells.min() == 0
    assert (cells.max(axis=0) < 60).all()


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 31])
def test_small_sets_and_copies_have_a_map_too(count: int) -> None:
    points, _ = groups(count)
    assert len(np.unique(settle(embed(points)), axis=0)) == count
    same = np.ones((count, WIDTH), np.float32)
    assert len(np.unique(settle(embed(same)), axis=0)) == count
    assert len(np.unique(settle(embed(points[:, :1])), axis=0)) == count


def test_settling_moves_points_only_a_little() -> None:
    places = np.random.default_rng(2).uniform(0, 1, (500, 2))
    cells = settle(places)
    side = int(np.ceil(np.sqrt(500 / 0.4)))
    at = (places - places.min(axis=0)) / np.ptp(places, axis=0).max() * (side - 1)
    moved = at - cells
    moved -= np.median(moved, axis=0)
    assert np.sqrt((moved**2).sum(axis=1).mean()) < 0.8


def test_laying_out_can_be_stopped() -> None:
    points, _ = groups(60)
    seen: list[str] = []

    def stop_soon() -> bool:
        return len(seen) > 10

    with pytest.raises(Cancelled):
        embed(points, CallbackProgress(lambda doing, done, total: seen.append(doing), stop_soon))
    assert len(seen) == 11


def test_a_pictures_own_place_stands_for_its_code_exactly() -> None:
    made = chart()
    assert np.array_equal(made.latents_at(made.cells), made.codes)
    for i in (0, 7, 149):
        assert made.place_of(made.codes[i]) == tuple(made.cells[i])


def test_latents_change_without_a_jump() -> None:
    made = chart()
    line = np.linspace(made.cells[3] - 1.5, made.cells[80] + 1.5, 2000)
    steps = np.linalg.norm(np.diff(made.latents_at(line), axis=0), axis=1)
    finer = np.linspace(made.cells[3] - 1.5, made.cells[80] + 1.5, 20_000)
    fine = np.linalg.norm(np.diff(made.latents_at(finer), axis=0), axis=1)
    assert fine.max() < 0.3 * steps.max()  # a jump would stay as large as it is


def test_blends_keep_the_length_of_codes() -> None:
    made = chart()
    points = np.random.default_rng(0).uniform((0, 0), made.size, (200, 2))
    centre = made.density.centre
    lengths = np.linalg.norm(made.latents_at(points) - centre, axis=1)
    codes = np.linalg.norm(made.codes - centre, axis=1)
    assert np.median(lengths) > 0.9 * np.median(codes)
    assert lengths.max() <= codes.max() * 1.001


def test_a_latent_from_between_is_found_again() -> None:
    made = chart()
    point = made.cells[10] + np.array([0.5, 0])
    back = made.latents_at(np.array([made.place_of(made.latents_at(point[None])[0])]))[0]
    wanted = made.latents_at(point[None])[0]
    assert np.linalg.norm(back - wanted) < 0.5 * np.linalg.norm(made.codes - wanted, axis=1).min() + 1e-3


def test_only_what_is_near_decides_about_a_place() -> None:
    made = chart()
    for row in range(0, 150, 10):
        tried = made.cells[row] + np.array([(1, 1), (-1, 0.5), (0, 0)])
        np.testing.assert_array_equal(made._around(made.cells[row]).latents_at(tried), made.latents_at(tried))


def test_an_outline_holds_what_lies_inside() -> None:
    square = np.array([(0, 0), (4, 0), (4, 4), (0, 4)])
    bent = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)])
    points = np.array([(2, 2), (5, 2), (-1, 2), (2, 0.5), (2, 3), (0.5, 2)])
    assert is_inside(points, square).tolist() == [True, False, False, True, True, True]
    assert is_inside(points, bent).tolist() == [False, False, False, True, False, True]


def test_new_pictures_from_an_outline_are_of_its_island_and_repeatable() -> None:
    codes, whose = groups(150)
    cells = settle(embed(codes))
    made = Chart(cells, codes, density(np.random.default_rng(1), WIDTH))
    island = cells[whose == 2]
    low, high = island.min(axis=0) - 0.5, island.max(axis=0) + 0.5
    outline = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
    members = made.inside(outline)
    assert set(np.flatnonzero(whose == 2)) <= set(members)
    found = made.from_here(outline, "toy", list(range(12)))
    assert np.array_equal(found, made.from_here(outline, "toy", list(range(12))))
    assert len(np.unique(found.round(4), axis=0)) == 12
    to_own = np.linalg.norm(found[:, None] - codes[members][None], axis=2).min(axis=1)
    assert to_own.min() > 1e-3  # new, not copies
    nearest = whose[np.linalg.norm(found[:, None] - codes[None], axis=2).argmin(axis=1)]
    assert np.mean(np.isin(nearest, whose[members])) > 0.8


def test_an_outline_in_empty_sea_gives_pictures_too() -> None:
    made = chart()
    outline = np.array([(-9, -9), (-8, -9), (-8, -8), (-9, -8)])
    assert len(made.inside(outline)) == 0
    found = made.from_here(outline, "toy", [1, 2])
    assert found.shape == (2, WIDTH) and np.isfinite(found).all()
    thin = np.array([(-9, -9), (-8, -8), (-9, -9)])
    assert np.isfinite(made.from_here(thin, "toy", [1])).all()
