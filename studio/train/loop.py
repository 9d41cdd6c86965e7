"""A training run, from pictures to a bundle, as a generator of plain events."""

from __future__ import annotations

import functools
import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from studio.core.errors import Cancelled, StudioError
from studio.core.events import (
    Advice,
    Chosen,
    Event,
    Finished,
    Imported,
    Progress,
    Saved,
    Warned,
    Working,
)
from studio.core.expectation import kept_for_finishing_s
from studio.core.progress import CallbackProgress, Control
from studio.core.recipe import Recipe
from studio.core.steps import time_in_words
from studio.store.bundle import load_bundle
from studio.store.files import Library, sweep_temporary
from studio.store.importing import PreparedSet, load_prepared, prepare
from studio.store.runs import Run, delete_run, held, name_was_taken, open_run, start_run
from studio.train.advice import WORSE, advise, why_worse
from studio.train.checkpoint import Moment, Standing, load_checkpoint, read_standing, save_checkpoint
from studio.train.clock import Clock
from studio.train.data import Rows, split
from studio.train.finish import finish
from studio.train.learner import Learner, evenly
from studio.train.machine import core_count, pick_device
from studio.train.timeline import Looks
from studio.train.tuning import choose_speed, plan_for, within_memory
from studio.train.vae import Architecture

SAVE_EVERY_S = 15.0
LOOK_EVERY_S = 15.0
FIRST_LOOK_S = 4.0
TELL_EVERY_S = 0.1
MOST_SETBACKS = 3
_PAUSE_S = 0.1
_LOOKED_THROUGH = 256  # pictures, to see what kind of art they are
_THUMBNAIL_S = 0.001  # a picture


def train(
    recipe: Recipe,
    paths: Sequence[Path],
    library: Library,
    resume: bool = False,
    control: Control | None = None,
    leave_free: int = 0,
) -> Generator[Event, None, None]:
    """Train a bundle named `recipe.name` into the library; the last event is Finished.

    resume: go on with the unfinished run of that name, as its own recipe says.
    leave_free: processor cores that must stay free for something else.
    Closing the generator saves the run. Raises StudioError, after saving what is sound, and Cancelled
    when `control.stop` is set, after saving.
    """
    began = time.monotonic()
    control = control or Control()
    recipe.check()
    library.ensure()
    pick_device(recipe.device)  # before anything is begun that could not go on
    with held(library, recipe.name):
        sweep_temporary(library.runs)
        sweep_temporary(library.bundles)
        run = open_run(library, recipe.name) if resume else start_run(library, recipe, tuple(paths))
        sweep_temporary(run.folder)
        if (done := _already_finished(run, library)) is not None:
            delete_run(library, run.name)
            yield done
            return
        try:
            yield from _run(run, library, control, leave_free, began)
        except StudioError:
            if not run.has_started:
                delete_run(library, run.name)  # nothing was begun that could be resumed
            raise
        delete_run(library, run.name)


def _run(run: Run, library: Library, control: Control, leave_free: int, began: float) -> Iterator[Event]:
    saved = read_standing(run.checkpoint_file) if run.has_started else None
    prepared = load_prepared(library.prepared, saved.pictures) if saved else None
    if prepared is None:  # the first time; or the prepared set was cleared away meanwhile
        prepared = yield from _imported(run, library, control)
    if saved and saved.pictures != prepared.key:
        raise StudioError(
            "The pictures have changed since this run was begun.",
            "Put them back as they were, or train them under another name.",
        )
    yield Imported(prepared.count, prepared.survey.left_out, prepared.survey.duplicates)
    rows = Rows(prepared.array_file)
    try:
        yield Working("Reading the last save" if saved else "Trying what is fastest on this computer")
        learner = _prepared_learner(run, prepared, rows, saved, leave_free)
        if saved is None:
            for sentence in prepared.survey.warnings:
                yield Warned(sentence)
        looks = Looks(run, learner)
        if saved:
            yield looks.timeline()
        yield from _trained(run, learner, looks, control, 0.0 if saved else time.monotonic() - began)
        kept = yield from _kept_moment(run, learner, looks, control)
        yield from finish(run, learner, prepared, library, control, kept)
    finally:
        rows.close()


def _already_finished(run: Run, library: Library) -> Finished | None:
    """A kill can come between the bundle's arrival and the end of its run's folder."""
    folder = library.bundles / run.name
    if not folder.exists():
        return None
    trained = load_bundle(folder).facts.trained
    if trained.get("run") != run.identity:
        raise name_was_taken(run)
    return Finished(folder, float(trained["seconds"]), float(trained["pictures_per_s"]))


def _imported(run: Run, library: Library, control: Control) -> Generator[Event, None, PreparedSet]:
    """Read the pictures, telling how far it is. The reading waits for the disk on a thread of its own, so
    that the run can speak meanwhile; it ends before this does."""
    told: queue.SimpleQueue[Working | None] = queue.SimpleQueue()
    outcome: list[PreparedSet | BaseException] = []
    is_closing = threading.Event()
    progress = CallbackProgress(
        lambda doing, done, total: told.put(Working(doing, done, total)),
        lambda: is_closing.is_set() or control.stop,
    )

    def read() -> None:
        try:
            recipe = run.recipe
            outcome.append(prepare(run.paths, recipe.size, recipe.fit, library.prepared, progress))
        except BaseException as error:
            outcome.append(error)
        told.put(None)

    thread = threading.Thread(target=read, name="import", daemon=True)
    thread.start()
    try:
        last = 0.0
        while (event := told.get()) is not None:
            if time.monotonic() - last > TELL_EVERY_S or event.done == event.total:
                last = time.monotonic()
                yield event
    finally:
        is_closing.set()
        thread.join()
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result


def _prepared_learner(
    run: Run, prepared: PreparedSet, rows: Rows, saved: Standing | None, leave_free: int
) -> Learner:
    """A learner as the run left it, or a new one with what suits this machine chosen by short trials."""
    recipe = run.recipe
    device = pick_device(recipe.device)
    parts = split(prepared.count, recipe.seed)
    plan, palette = plan_for(
        recipe,
        prepared.size,
        prepared.palette,
        prepared.has_alpha,
        len(parts.train),
        device,
        rows[evenly(parts.train, _LOOKED_THROUGH)],
    )
    # The saved shape, where there is one: the network must fit its weights on whatever device it goes on.
    plan = replace(plan, shape=Architecture(**saved.shape)) if saved else plan
    mirror = recipe.mirror if recipe.mirror is not None else not prepared.survey.faces_one_way
    standing = saved or Standing(
        pictures=prepared.key,
        shape=plan.shape.to_json(),
        batch=plan.batch,
        threads=max(1, core_count() - leave_free),
    )
    torch.set_num_threads(standing.threads)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = recipe.steps is None  # what it picks may differ from run to run
        torch.set_float32_matmul_precision("high")
    learner = Learner(plan, rows, parts, palette, mirror, recipe.seed, device, standing)
    if saved:
        load_checkpoint(run.checkpoint_file, learner.networks, learner.optimizer)
    else:
        choose_speed(learner, recipe)
    return learner


def _trained(run: Run, learner: Learner, looks: Looks, control: Control, before_s: float) -> Iterator[Event]:
    """Step until the budget is spent, looking and saving in between.

    before_s: what reading the pictures and the trials took; it counts towards the minutes, up to half.
    """
    standing = learner.standing
    reserve_s = 0.0
    if run.recipe.steps is None:
        reserve_s = _finishing_time(run.recipe, learner) + min(before_s, run.recipe.minutes * 30)
    clock = Clock(standing, run.recipe, reserve_s)
    next_look = standing.seconds + (FIRST_LOOK_S if standing.step == 0 else LOOK_EVERY_S)
    next_save, next_word = standing.seconds + SAVE_EVERY_S, 0.0

    def is_over() -> bool:
        is_enough = standing.step > 0 and (clock.progress >= 1 or control.finish)
        return is_enough or standing.chosen is not None

    try:
        while not is_over():
            if control.stop:
                raise Cancelled
            if control.paused and not control.finish:
                yield from _paused(run, learner, control, clock)
                continue
            is_well = within_memory(learner, functools.partial(learner.step, clock.progress))
            clock.tick()
            if is_well and (is_over() or standing.seconds >= min(next_save, next_look)):
                is_well = learner.is_sound()
            if not is_well:
                yield from _set_back(run, learner, looks)
                continue
            if standing.seconds >= next_save and learner.is_worth_saving():
                yield _saved_or_warned(run, learner)
                clock.tick()
                next_save = standing.seconds + SAVE_EVERY_S
            if standing.seconds >= next_look:
                began = standing.seconds
                yield from _look(run, learner, looks)
                clock.tick()
                next_look = standing.seconds + _until_next_look(began, standing.seconds)
            if standing.seconds >= next_word:
                next_word = standing.seconds + TELL_EVERY_S
                yield _progress(learner, clock)
        if control.moment is not None and (moment := looks.nearest(control.moment)):
            standing.chosen = moment.step  # saved below: a kill from now on does not lose the choice
        if standing.chosen is None:
            yield Working("Taking a last look")
            yield from _look(run, learner, looks)
        clock.tick()
        yield _progress(learner, clock)
    finally:
        is_saved = standing.step > 0 and learner.is_worth_saving()
        if is_saved:
            _saved(run, learner)
    if is_saved:
        yield Saved(standing.step)


def _kept_moment(
    run: Run, learner: Learner, looks: Looks, control: Control
) -> Generator[Event, None, Moment]:
    """The moment to make the bundle of, with the averaged network as it was then: what the artist wants;
    else the best of the run instead of its last, where the last is clearly worse."""
    standing = learner.standing
    step = standing.chosen if control.moment is None else control.moment  # said after the last step, perhaps
    reason = ""
    if step is not None:
        kept = _gone_back(run, learner, looks, step)
        if kept.step != step:
            then = time_in_words(kept.seconds)
            reason = f"The moment you chose cannot be read any more; the model is as it was after {then}."
    else:
        best, kept = standing.best, standing.history[-1]
        if best is not None and kept.cost > best.cost * (1 + WORSE):
            learner.return_to_best()
            then = time_in_words(best.seconds)
            kept, reason = best, f"The model is kept as it was after {then}. {why_worse(kept, best)}"
    if reason:
        yield Warned(reason)
    yield Chosen(kept.step, kept.seconds, reason)
    return kept


def _gone_back(run: Run, learner: Learner, looks: Looks, step: int) -> Moment:
    """To this look, or to the nearest one that can still be read. Raises StudioError if none can."""
    moment = looks.return_to(step)
    if moment is None:
        learner.standing.chosen = None  # else the run could never be resumed
        if learner.is_worth_saving():
            _saved(run, learner)
        raise StudioError(
            "The moments that were kept of this run cannot be read any more.",
            "Resume the run: it goes on from where it was saved last.",
        )
    return moment


def _set_back(run: Run, learner: Learner, looks: Looks) -> Iterator[Event]:
    """From the last save once more, in half as large steps. Raises StudioError when that did not help."""
    standing = learner.standing
    if standing.setbacks >= MOST_SETBACKS:
        raise _exploded()
    standing.setbacks += 1
    was_saved = run.has_started
    if was_saved:
        load_checkpoint(run.checkpoint_file, learner.networks, learner.optimizer)
        learner.stand(read_standing(run.checkpoint_file))
    else:
        learner.begin_again()
    looks.forget_later()
    yield Warned("The training had gone astray; it went back to its last save and goes on in smaller steps.")
    if was_saved:
        yield _saved_or_warned(run, learner)  # a kill must not forget the setback
    yield looks.timeline()


def _exploded() -> StudioError:
    return StudioError(
        "Training went wrong: it went astray again and again.",
        "Resume it from the last save; if it happens again, train anew with --precision fp32.",
    )


def _until_next_look(began_s: float, ended_s: float) -> float:
    """Looks take at most a sixteenth of the time, and come more seldom as a long run changes less."""
    return max(LOOK_EVERY_S, 15 * (ended_s - began_s), ended_s / 40)


def _finishing_time(recipe: Recipe, learner: Learner) -> float:
    """Seconds of the minutes to keep for what comes after training, with encoding measured here."""
    few = learner.split.train[:64]
    learner.encode(few)
    start = time.perf_counter()
    learner.encode(few)
    a_picture_s = (time.perf_counter() - start) / len(few) + _THUMBNAIL_S
    return kept_for_finishing_s(recipe.minutes, len(learner.rows) * a_picture_s)


def _paused(run: Run, learner: Learner, control: Control, clock: Clock) -> Iterator[Event]:
    if learner.is_worth_saving():
        yield _saved_or_warned(run, learner)
    yield Working("Paused")
    while control.paused and not (control.stop or control.finish):
        time.sleep(_PAUSE_S)
    clock.tick(counts=False)


def _look(run: Run, learner: Learner, looks: Looks) -> Iterator[Event]:
    """Judge and show the averaged network. A disk that refuses costs this look's place in the timeline."""
    standing = learner.standing
    moment, density = learner.look()
    standing.history = (*standing.history, moment)
    if run.recipe.steps is None:  # looks follow the clock, and a run counted in steps must repeat
        learner.keep_if_best(moment)
    try:
        yield looks.keep(density)
        yield looks.timeline()
    except StudioError as error:
        yield Warned(f"{error.message} Training goes on; this moment cannot be gone back to.")
    yield Advice(advise(standing.history, standing.textured_from))


def _saved_or_warned(run: Run, learner: Learner) -> Saved | Warned:
    """One save that the disk refuses does not end a run; the next one may go through."""
    try:
        return _saved(run, learner)
    except StudioError as error:
        return Warned(f"{error.message} Training goes on and will try to save again.")


def _saved(run: Run, learner: Learner) -> Saved:
    learner.standing.variances = learner.likelihood.variances
    save_checkpoint(run.checkpoint_file, learner.networks, learner.optimizer, learner.standing)
    return Saved(learner.standing.step)


def _progress(learner: Learner, clock: Clock) -> Progress:
    standing = learner.standing
    return Progress(
        step=standing.step,
        seen=standing.seen,
        seconds=standing.seconds,
        seconds_left=clock.seconds_left,
        pictures_per_s=clock.pictures_per_s,
        rebuild_error=standing.history[-1].error if standing.history else None,
    )
