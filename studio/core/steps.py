"""The New-model wizard as plain data: its steps, what was answered, what is missing, what comes next.

Knows no widget: pages show a `Wizard` and replace it by the next one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from studio.core.errors import StudioError

from .recipe import FEWEST_PICTURES, PRESET_MINUTES, SIZES, Recipe

OWN_TIME = "own"
"""The name of the choice that is none of the presets."""


class Step(Enum):
    """In the order in which the artist meets them; the value is the title they read."""

    PICTURES = "Pictures"
    FIT = "Fit"
    TIME = "Time"
    TRAINING = "Training"
    DONE = "Done"


STEPS = tuple(Step)


@dataclass(frozen=True)
class Found:
    """What looking through the given pictures gave, as far as the steps decide by it."""

    accepted: int
    suggested_size: int = 64
    pixel_art: bool = False
    side: int = 64  # the usual longer side, px; of pixel art on its own grid
    faces_one_way: bool = False  # a mirrored picture would be out of style
    is_alike: bool = True  # the pictures have much in common


@dataclass(frozen=True)
class Answers:
    """Everything the artist answered so far; grows into a `Recipe`."""

    paths: tuple[Path, ...] = ()
    found: Found | None = None  # None until the pictures are looked through
    name: str = ""
    size: int = 64
    fit: str = "pad"
    mirror: bool | None = None  # None: decided from the set
    preset: str = "balanced"  # a key of PRESET_MINUTES, or OWN_TIME
    own_minutes: float = 30.0
    licence: str = ""
    seed: int = 0
    device: str = "auto"

    @property
    def minutes(self) -> float:
        return PRESET_MINUTES.get(self.preset, self.own_minutes)

    def recipe(self) -> Recipe:
        return Recipe(
            name=self.name.strip(),
            size=self.size,
            fit=self.fit,
            mirror=self.mirror,
            minutes=self.minutes,
            seed=self.seed,
            device=self.device,
            licence=self.licence.strip(),
        )


@dataclass(frozen=True)
class Wizard:
    """Where the artist stands. Every change gives a new Wizard, so "back" restores by keeping the answers."""

    step: Step = Step.PICTURES
    answers: Answers = field(default_factory=Answers)

    def give_pictures(self, paths: Collection[Path], taken: Collection[str] = ()) -> Wizard:
        """Other pictures: what was found in the old ones is void. A name is proposed unless one was typed."""
        answers = self.answers
        old_proposal = proposed_name(answers.paths, taken)
        name = answers.name if answers.name not in ("", old_proposal) else proposed_name(tuple(paths), taken)
        return Wizard(Step.PICTURES, replace(answers, paths=tuple(paths), found=None, name=name))

    def looked_through(self, found: Found) -> Wizard:
        """The pictures are surveyed: what they suggest is taken until the artist says otherwise."""
        size, mirror = offered_size(found), not found.faces_one_way
        return replace(self, answers=replace(self.answers, found=found, size=size, mirror=mirror))

    def problem(self, taken: Collection[str] = ()) -> StudioError | None:
        """Why the artist cannot go on from this step yet; None if they can.

        taken: names of bundles and unfinished runs that are there already.
        """
        if self.step is Step.PICTURES:
            return self._problem_with_pictures()
        if self.step is Step.TIME:
            return self._problem_with_recipe(taken)
        return None

    def _problem_with_pictures(self) -> StudioError | None:
        found = self.answers.found
        if not self.answers.paths:
            return StudioError("No pictures are chosen yet.", "Drop a folder here or choose one.")
        if found is None:
            return StudioError("The pictures are still being looked through.")
        if found.accepted < FEWEST_PICTURES:
            return StudioError(
                f"There are only {found.accepted} usable pictures.",
                f"Give at least {FEWEST_PICTURES}; a few hundred make a good model.",
            )
        return None

    def _problem_with_recipe(self, taken: Collection[str]) -> StudioError | None:
        recipe = self.answers.recipe()
        try:
            recipe.check()
        except StudioError as error:
            return error
        if recipe.name.casefold() in {name.casefold() for name in taken}:
            return StudioError(f"There is already a model called “{recipe.name}”.", "Choose another name.")
        return None

    def can_go_back(self) -> bool:
        """A run that is under way or done cannot be unasked."""
        return self.step in (Step.FIT, Step.TIME)

    def next(self, taken: Collection[str] = ()) -> Wizard:
        """The step after this one. Raises StudioError when something is missing."""
        problem = self.problem(taken)
        if problem is not None:
            raise problem
        return replace(self, step=STEPS[min(STEPS.index(self.step) + 1, len(STEPS) - 1)])

    def back(self) -> Wizard:
        """The step before this one, with every answer kept."""
        if not self.can_go_back():
            return self
        return replace(self, step=STEPS[STEPS.index(self.step) - 1])


def offered_size(found: Found) -> int:
    """The size offered that is nearest to what the pictures suggest."""
    return min(SIZES, key=lambda offered: (abs(offered - found.suggested_size), offered))


def size_in_words(found: Found, size: int) -> str:
    """What choosing this size means for these pictures."""
    if found.pixel_art:
        if size < found.side:
            return f"Yours are drawn on {found.side} pixels; made smaller they lose their pixel look."
        return f"Yours are drawn on {found.side} pixels. They are learnt on that grid and stay crisp."
    if size > found.side:
        return f"Most of yours have only {found.side} pixels; enlarged they stay soft."
    if size < offered_size(found):
        return f"Most of yours have {found.side} pixels. Smaller ones learn faster and lose fine detail."
    if size > offered_size(found):
        return f"Most of yours have {found.side} pixels. Twice the side takes about four times as long."
    if size < found.side:
        return f"Most of yours have {found.side} pixels; {size} is a good first size for them."
    return f"Most of yours have {found.side} pixels: nothing is lost."


def mirror_in_words(found: Found) -> str:
    """Why mirrored pictures are suggested or not."""
    if found.faces_one_way:
        return "Yours face one way; mirrored ones would be out of style."
    return "Yours face either way; mirrored ones double what there is to learn from."


def proposed_name(paths: tuple[Path, ...], taken: Collection[str] = ()) -> str:
    """A name after the first folder or file given that is not taken; "" without pictures."""
    if not paths:
        return ""
    first = paths[0]
    is_file = first.suffix != "" and first.stem != ""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in (first.stem if is_file else first.name))
    wanted = " ".join(kept.split())[:40] or "My model"
    used = {name.casefold() for name in taken}
    name, number = wanted, 2
    while name.casefold() in used:
        name, number = f"{wanted} {number}", number + 1
    return name


def time_in_words(seconds: float) -> str:
    """A length of time as people say it: "40 s", "about 12 min", "about 1 h 20 min"."""
    if seconds < 55:
        return f"{max(1, round(seconds / 5) * 5)} s" if seconds >= 5 else "a few seconds"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"
