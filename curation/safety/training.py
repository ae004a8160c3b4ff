"""Training of the classifier: one logistic regression a category over hashed features.

Every training row and background text becomes a vector of length one, in which the value of a bucket
is its rarity: the logarithm of the inverse share of texts that hold it. What is evaluated is what the
file will hold, in half precision. One thread and a fixed order of rows: the same files give the same
bytes.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.errors import UserError
from curation.progress import Progress, Quiet
from curation.safety.evaluation import evaluate
from curation.safety.features import FeatureSettings, buckets
from curation.safety.fitting import Fitted, Rows, fit
from curation.safety.material import Example, Material, gather
from curation.safety.model import FORMAT, Category, Metadata, SafetyModel
from curation.safety.segments import all_segments
from curation.safety.training_recipe import TrainingRecipe


def train(recipe: TrainingRecipe, data: Path, progress: Progress | None = None) -> SafetyModel:
    """Train a model from what the recipe names below ``data``, and evaluate it.

    Raises
    ------
    UserError
        When scikit-learn is missing, a file is missing or not in its format, or a category has too
        few rows to be learned.
    """
    try:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn
    except ImportError as error:
        raise UserError("training needs scikit-learn", fix="run `pip install scikit-learn`") from error
    shown = progress or Quiet()
    material = gather(recipe, data)
    examples = material.part("train")
    categories = _categories(examples)
    if not categories:
        raise UserError("no training row has a label that is true", fix="check the training recipe")
    pieces, _ = all_segments(material.background)
    steps = 1 + len(categories) * (recipe.folds + 1)
    with threadpool_limits(limits=1), shown.task("training", steps, "fits") as advance:
        matrix, rarity = _matrix([*(example.row.text for example in examples), *pieces], recipe.features)
        advance(1)
        fitted = {
            name: fit(
                name,
                _rows(name, matrix, examples, recipe.folds),
                recipe.regularisation,
                recipe.false_alarms,
                advance,
            )
            for name in categories
        }
    return _evaluated(_assembled(fitted, rarity, material, recipe), material, fitted)


def _categories(examples: Sequence[Example]) -> list[str]:
    return sorted({name for example in examples for name, true in example.row.labels.items() if true})


def _matrix(texts: Sequence[str], settings: FeatureSettings) -> tuple[Any, npt.NDArray[np.float16]]:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - comes with scikit-learn

    rows, columns = buckets(texts, settings)
    width = 1 << settings.bits
    held_by = np.bincount(columns, minlength=width)
    rarity = np.log((1 + len(texts)) / (1 + held_by)).astype(np.float16)
    values = rarity[columns].astype(np.float64)
    lengths = np.sqrt(np.bincount(rows, values * values, minlength=len(texts)))
    lengths[lengths == 0] = 1
    return csr_matrix((values / lengths[rows], (rows, columns)), shape=(len(texts), width)), rarity


def _rows(name: str, matrix: Any, examples: Sequence[Example], folds: int) -> Rows:
    """Take the examples that the category is known of, and all background texts below them."""
    known = [row for row, example in enumerate(examples) if name in example.row.labels]
    pieces = np.arange(len(examples), matrix.shape[0])
    homes = {examples[row].corpus for row in known if examples[row].row.labels[name]}
    none = np.zeros(len(pieces), np.bool_)
    return Rows(
        features=matrix[np.concatenate([np.array(known), pieces])],
        true=np.concatenate([np.array([examples[row].row.labels[name] for row in known]), none]),
        fold=np.concatenate([np.array([examples[row].key for row in known]), pieces]) % folds,
        home=np.concatenate([np.array([examples[row].corpus in homes for row in known]), none]),
        background=np.concatenate([np.zeros(len(known), np.bool_), ~none]),
    )


def _assembled(
    fitted: dict[str, Fitted], rarity: npt.NDArray[np.float16], material: Material, recipe: TrainingRecipe
) -> SafetyModel:
    metadata = Metadata(
        format=FORMAT,
        features=recipe.features,
        categories=tuple(Category(name=name, threshold=one.threshold) for name, one in fitted.items()),
        trained_on=material.files,
        report={},
    )
    weights = np.stack([one.weights for one in fitted.values()]).astype(np.float16)
    # Rounded: the last bits differ between builds of the linear algebra library.
    return SafetyModel(metadata, rarity, weights, np.array([one.bias for one in fitted.values()]).round(6))


def _evaluated(model: SafetyModel, material: Material, fitted: dict[str, Fitted]) -> SafetyModel:
    categories = evaluate(model, material)
    for name, one in fitted.items():
        categories[name]["validation"] = one.validation
    report = {"left_out": material.left_out, "categories": categories}
    return replace(model, metadata=model.metadata.model_copy(update={"report": report}))
