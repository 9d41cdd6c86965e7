"""Where rectangles go: inside, apart, tightly, and always the same."""

from __future__ import annotations

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.store.pack.layout import Cell, Layout, Paper, pack


def cells(count: int, widths: tuple[int, int], heights: tuple[int, int], seed: int = 0) -> list[Cell]:
    random = np.random.default_rng(seed)
    sizes = zip(random.integers(*widths, count), random.integers(*heights, count))
    return [Cell(f"s{index}", int(width), int(height)) for index, (width, height) in enumerate(sizes)]


def check(made: list[Cell], layout: Layout, paper: Paper) -> float:
    """Paints every cell with its padding; returns the share of the pages that the cells themselves cover."""
    padding = paper.padding
    painted = [np.zeros((page.height, page.width), np.uint8) for page in layout.pages]
    for page in layout.pages:
        assert max(page.width, page.height) <= paper.limit
        for side in (page.width, page.height):
            assert side & (side - 1) == 0 if paper.power_of_two else side % 4 == 0
    for cell, place in zip(made, layout.places, strict=True):
        sheet = painted[place.page]
        assert place.x >= padding and place.x + cell.width + padding <= sheet.shape[1]
        assert place.y >= padding and place.y + cell.height + padding <= sheet.shape[0]
        rows = slice(place.y, place.y + cell.height + padding)
        columns = slice(place.x, place.x + cell.width + padding)
        assert not sheet[rows, columns].any()
        sheet[rows, columns] = 1
    area = sum(page.area for page in layout.pages)
    return sum(cell.width * cell.height for cell in made) / area


@pytest.mark.parametrize("power_of_two", [False, True])
@pytest.mark.parametrize("padding", [0, 3])
@pytest.mark.parametrize("count", [1, 2, 7, 60, 400])
@pytest.mark.parametrize("sizes", [(1, 40), (8, 9), (90, 250)])
def test_inside_apart_and_rounded(
    sizes: tuple[int, int], count: int, padding: int, power_of_two: bool
) -> None:
    made = cells(count, sizes, (5, 60), count)
    paper = Paper(1024, padding, power_of_two)
    check(made, pack(made, paper), paper)


@pytest.mark.parametrize(
    ("made", "limit", "least"),
    [
        (cells(1000, (90, 250), (120, 256)), 4096, 0.93),  # trimmed pictures of 256 px
        (cells(1000, (8, 64), (8, 64)), 4096, 0.93),
        (cells(100, (20, 60), (20, 60)), 4096, 0.85),
        (cells(3000, (20, 120), (20, 120)), 1024, 0.93),  # many pages
    ],
    ids=["trimmed", "small", "few", "pages"],
)
def test_pages_are_full(made: list[Cell], limit: int, least: float) -> None:
    paper = Paper(limit, 0)
    assert check(made, pack(made, paper), paper) >= least


def test_equal_cells_are_a_grid_in_their_order() -> None:
    made = [Cell(str(index), 30, 20) for index in range(64)]
    paper = Paper(4096, 0)
    layout = pack(made, paper)
    assert check(made, layout, paper) >= 0.95
    places = [(place.y, place.x) for place in layout.places]
    assert places == sorted(places)
    assert len({x for _, x in places}) * len({y for y, _ in places}) >= 64
    size = layout.pages[0]
    assert max(size.width, size.height) <= 2.5 * min(size.width, size.height)


def test_equal_cells_on_many_pages() -> None:
    made = [Cell(str(index), 100, 100) for index in range(130)]
    paper = Paper(512, 2)
    layout = pack(made, paper)
    check(made, layout, paper)
    assert len(layout.pages) == 6  # 5 × 5 fit, no 26th


def test_the_same_cells_give_the_same_layout() -> None:
    made = cells(300, (10, 90), (10, 90))
    assert pack(made, Paper(512, 2)) == pack(list(made), Paper(512, 2))


def test_as_large_as_a_page_and_larger() -> None:
    whole = Cell("whole", 508, 508)
    assert pack([whole], Paper(512, 2)).pages[0].area == 512 * 512
    with pytest.raises(StudioError, match="“giant” takes 100 × 509"):
        pack([whole, Cell("giant", 100, 509)], Paper(512, 2))


def test_nothing_is_no_page() -> None:
    assert pack([], Paper(512)) == Layout((), ())


def test_one_long_strip_does_not_make_a_square_of_nothing() -> None:
    made = [Cell("strip", 3000, 40), *cells(50, (20, 60), (20, 60))]
    paper = Paper(4096, 0)
    assert check(made, pack(made, paper), paper) > 0.6
