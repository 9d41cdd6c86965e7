"""Pictures on their way into the plan: of our models, or the artist's own files; in the end of one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.plan import MorphPlan, PlannedStop, most_common
from studio.core.progress import Progress
from studio.generate.stops import Stops
from studio.store.bundle import Bundle
from studio.store.metadata import read_recipe

from ..exchange import Carried


@dataclass(frozen=True, eq=False)
class Brought:
    """What became of files and pictures that were to be stops."""

    stops: tuple[PlannedStop, ...]
    told: tuple[str, ...] = ()  # sentences about single files


@dataclass(frozen=True, eq=False)
class Choice:
    """What the plan can become; where pictures of several models meet, the user has to say."""

    plan: MorphPlan
    question: str = ""  # a sentence; "": nothing to ask
    answer: str = ""  # what the button says that makes `plan` the plan


def title_of(picture: Picture) -> str:
    return picture.name or ("" if picture.seed is None else str(picture.seed))


def as_carried(paths: Sequence[Path]) -> tuple[Carried, ...]:
    return tuple(Carried(file=path) for path in paths)


def _model_for(carried: Sequence[Carried], by_id: Callable[[str], Bundle | None]) -> Bundle | None:
    """The model that a new morph of these would be of: the one that most of them say they are of."""
    found = [one.bundle.facts.id for one in carried if one.bundle is not None]
    for one in carried:
        if one.bundle is None and one.file is not None:
            try:
                picture = read_recipe(one.file)
            except StudioError:
                continue  # it will be said when the file is taken
            if picture is not None and by_id(picture.bundle_id) is not None:
                found.append(picture.bundle_id)
    return by_id(most_common(found))


def bring(
    carried: Sequence[Carried],
    own: Bundle | None,
    likely: Bundle | None,
    by_id: Callable[[str], Bundle | None],
    progress: Progress,
) -> Brought:
    """On a job's thread. Pictures of models stay what they are; files become what a model sees in them.

    own: the model of the morph, if it has one; else the pictures say which, else it is the likely one.
    Raises StudioError where there is none.
    """
    bundle = own or _model_for(carried, by_id) or likely
    if bundle is None:
        raise StudioError("There is no model to morph with.", "Make one in Models first.")
    finder = Stops(bundle, progress=progress)
    stops: list[PlannedStop] = []
    told: list[str] = []
    for number, one in enumerate(carried):
        progress.update("Looking at the pictures", number, len(carried))
        if one.picture is not None and one.bundle is not None:
            stops.append(PlannedStop(one.picture, title_of(one.picture)))
        elif one.file is not None:
            try:
                (found,) = finder.find([str(one.file)])
            except StudioError as error:  # costs this file only
                told.append(error.message)
                continue
            picture = Picture(bundle.facts.id, found.latent, name=one.file.stem[:80])
            stops.append(PlannedStop(picture, one.file.stem))
            if found.note:
                told.append(found.note)
        else:
            told.append("A picture was left out: its model is not in the library.")
    return Brought(tuple(stops), tuple(told))


def join(plan: MorphPlan, at: int, stops: Sequence[PlannedStop], names: Callable[[str], str]) -> Choice:
    """The plan with these stops, where they are all of one model; else what can be made of them.

    names: of a model by its id. Raises StudioError for too many stops.
    """
    ids = [stop.picture.bundle_id for stop in stops]
    every = [stop.picture.bundle_id for stop in plan.stops] + ids
    if len(set(every)) <= 1:
        return Choice(plan.inserted(at, stops))
    if len(set(ids)) == 1 and len(plan.stops) >= len(stops):  # a model of its own beside the one on the desk
        chosen, words = ids[0], "Begin a new morph with"
        what = "These pictures are" if len(stops) > 1 else "This picture is"
        question = f"{what} of “{names(chosen)}”, and this morph is of “{names(plan.bundle_id)}”."
    else:
        chosen, words = most_common(every), "Use"
        question = f"These pictures are of {len(set(every))} models."
    counted = every.count(chosen)
    which = f"the {counted} of “{names(chosen)}”" if counted > 1 else f"the one of “{names(chosen)}”"
    kept = plan.without(i for i, s in enumerate(plan.stops) if s.picture.bundle_id != chosen)
    new = [stop for stop in stops if stop.picture.bundle_id == chosen]
    return Choice(
        kept.inserted(min(at, len(kept.stops)), new),
        f"{question} A morph needs all its stops from one.",
        f"{words} {which}",
    )
