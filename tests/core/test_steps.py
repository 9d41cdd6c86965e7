"""The New-model wizard without a window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.core.recipe import PRESET_MINUTES
from studio.core.steps import (
    OWN_TIME,
    Answers,
    Found,
    Step,
    Wizard,
    mirror_in_words,
    proposed_name,
    size_in_words,
    time_in_words,
)


def ready() -> Wizard:
    return Wizard().give_pictures([Path("art/Moon Cats")]).looked_through(Found(120, 96))


def answered(wizard: Wizard, **changes: object) -> Wizard:
    return replace(wizard, answers=replace(wizard.answers, **changes))  # type: ignore[arg-type]


def test_the_way_from_pictures_to_training() -> None:
    wizard = ready()
    assert wizard.step is Step.PICTURES and wizard.problem() is None
    wizard = wizard.next()
    assert wizard.step is Step.FIT and wizard.answers.size == 96 and wizard.answers.mirror is True
    wizard = wizard.next()
    assert wizard.step is Step.TIME and wizard.answers.name == "Moon Cats"
    wizard = wizard.next()
    assert wizard.step is Step.TRAINING and not wizard.can_go_back()
    assert wizard.next().step is Step.DONE
    assert wizard.next().next().step is Step.DONE


def test_back_keeps_every_answer() -> None:
    wizard = answered(ready().next().next(), name="Owls", fit="crop", preset="best")
    back = wizard.back()
    assert back.step is Step.FIT and back.answers == wizard.answers
    assert back.back().step is Step.PICTURES
    first = back.back()
    assert first.back() is first


def test_nothing_chosen_and_too_few_pictures_are_said_in_words() -> None:
    with pytest.raises(StudioError, match="No pictures"):
        Wizard().next()
    looking = Wizard().give_pictures([Path("a")])
    assert "still being looked through" in str(looking.problem())
    few = looking.looked_through(Found(3)).problem()
    assert few is not None and "only 3" in few.message and few.hint


@pytest.mark.parametrize("name", ["", "a/b", "moon CATS "])
def test_names_that_cannot_be(name: str) -> None:
    wizard = answered(ready().next().next(), name=name)
    assert wizard.problem(taken=["Moon Cats"]) is not None


def test_other_pictures_void_what_was_found_but_not_a_typed_name() -> None:
    wizard = answered(ready(), name="Owls").give_pictures([Path("b")])
    assert wizard.answers.found is None and wizard.answers.name == "Owls"
    assert ready().give_pictures([Path("b")]).answers.name == "b"


def test_presets_and_own_time_become_a_recipe() -> None:
    answers = Answers(name=" Owls ", preset="quick", licence="mine")
    assert answers.recipe().minutes == PRESET_MINUTES["quick"] and answers.recipe().name == "Owls"
    assert replace(answers, preset=OWN_TIME, own_minutes=7.5).recipe().minutes == 7.5
    assert answers.recipe().licence == "mine"


def test_odd_sizes_snap_to_one_that_is_offered() -> None:
    assert Wizard().looked_through(Found(20, 40)).answers.size == 32
    assert Wizard().looked_through(Found(20, 1000)).answers.size == 256


def test_what_the_set_suggests_is_said_with_its_reason() -> None:
    portraits = Found(300, suggested_size=128, side=512, faces_one_way=True)
    assert Wizard().looked_through(portraits).answers.mirror is False
    assert "one way" in mirror_in_words(portraits) and "either way" in mirror_in_words(Found(300))
    assert "512" in size_in_words(portraits, 128) and "good first size" in size_in_words(portraits, 128)
    assert "four times" in size_in_words(portraits, 256) and "faster" in size_in_words(portraits, 64)
    assert "stay soft" in size_in_words(Found(300, 48, side=48), 64)
    sprites = Found(300, suggested_size=16, pixel_art=True, side=16)
    assert "crisp" in size_in_words(sprites, 16) and "lose" in size_in_words(replace(sprites, side=32), 16)


def test_proposed_names_avoid_the_taken_ones() -> None:
    assert proposed_name((), ()) == ""
    assert proposed_name((Path("x/cats.zip"),)) == "cats"
    assert proposed_name((Path("x/cats"),), ["Cats", "cats 2"]) == "cats 3"
    assert proposed_name((Path("x/???"),)) == "My model"


def test_times_are_said_as_people_say_them() -> None:
    assert time_in_words(3) == "a few seconds"
    assert time_in_words(41) == "40 s"
    assert time_in_words(700) == "about 12 min"
    assert time_in_words(3600) == "about 1 h"
    assert time_in_words(4800) == "about 1 h 20 min"
