"""Classifiers by name, in workers: fitted beside the built-in one, stored as a recipe, fitted again when loaded."""

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from django.utils.module_loading import import_string

from annotation.artifacts import ArtifactError, load_arrays
from annotation.callables import NotAllowed, allowed_callable
from annotation.classifiers import LINEAR, sklearn_classifiers
from annotation.kinds import Learner
from annotation.models import ModelVersion, Project
from annotation.stored import Recent, WorkersOnly, load_model
from annotation.vectors import Floats
from modeling.linear import LinearModel
from modeling.recipes import CannotFit, Examples, Recipe, RecipeModel, fit_recipe

SEED_BITS = 32


def fit_named(
    project: Project, linear: LinearModel, X: Floats, targets: Floats, weights: Floats
) -> tuple[LinearModel | RecipeModel, str | None]:
    """Returns the project's own classifier; or the built-in one, fitted already, and why the other cannot be had."""
    if project.classifier == LINEAR:
        return linear, None
    if project.question.learner is Learner.SIGMOID:
        return linear, "A classifier of one's own tells classes apart; here an item may have several."
    recipe = Recipe(project.classifier, project.classifier_params, project.seed % 2**SEED_BITS)
    try:
        return fit_recipe(recipe, maker(recipe), Examples.of(X, targets, weights), targets.shape[1]), None
    except (CannotFit, NotAllowed) as error:
        return linear, str(error)[:500]


def load_classifier(version: ModelVersion) -> LinearModel | RecipeModel:
    """Returns the model as it was, fitted anew where it is a recipe; a worker keeps the last few.

    Raises ArtifactError when the file is missing or damaged, or when its classifier can no longer be fitted.
    """
    try:
        return load_model(version)
    except WorkersOnly:
        return _recipes.get(version.path, version.checksum)


def maker(recipe: Recipe) -> Callable[[], Any]:
    """Returns what makes the recipe's estimator, seeded; raises NotAllowed for a path that may not be used."""
    listed = recipe.name in sklearn_classifiers()
    factory = import_string(recipe.name) if listed else allowed_callable(recipe.name)
    seeded = {"random_state": recipe.seed} if "random_state" in signature(factory).parameters else {}
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in recipe.params.items()}
    return partial(factory, **given, **seeded)


def _load_recipe(path: str, checksum: str) -> RecipeModel:
    arrays, facts = load_arrays(path, checksum)
    recipe = Recipe(facts["estimator"], facts["params"], facts["seed"])
    examples = Examples(arrays["X"], arrays["y"], arrays["weights"])
    try:
        return fit_recipe(recipe, maker(recipe), examples, len(facts["classes"]))
    except (CannotFit, NotAllowed) as error:
        raise ArtifactError(f"{path} cannot be fitted again: {error}") from error


_recipes = Recent(4, _load_recipe)
