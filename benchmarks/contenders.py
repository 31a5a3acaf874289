"""What a user of tables would otherwise reach for, each as its documentation advises."""

import itertools
from collections.abc import Callable, Mapping

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tables import Task

Answers = npt.NDArray[np.float64]
"""[rows, classes] probabilities, in the order of the sorted classes, or [rows] numbers."""

Contender = Callable[[Task, pd.DataFrame, pd.Series, pd.DataFrame, int], Answers]
"""From task, training rows, their labels, rows to answer and a seed to the answers."""

_LEAVES = (7, 31, 127)
_FEWEST_IN_LEAF = (5, 50)
_LEARNING_RATE = 0.05
_MOST_TREES = 2000
_PATIENCE = 50
_HELD_OUT = 0.2


def _trees(
    task: Task, rows: pd.DataFrame, label: pd.Series, asked: pd.DataFrame, seed: int
) -> Answers:
    """LightGBM: the best of six on training rows held out, fitted again to all of them."""
    kinds = _categories(rows)
    rows, asked = rows.astype(kinds), asked.astype(kinds)
    is_held_out = np.random.default_rng(seed).random(len(rows)) < _HELD_OUT
    found = []
    for leaves, fewest in itertools.product(_LEAVES, _FEWEST_IN_LEAF):
        model = _booster(task, leaves, fewest, _MOST_TREES, seed)
        model.fit(
            rows[~is_held_out],
            label[~is_held_out],
            eval_X=rows[is_held_out],
            eval_y=label[is_held_out],
            callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
        )
        (losses,) = model.best_score_["valid_0"].values()
        found.append((losses, leaves, fewest, model.best_iteration_))
    _, leaves, fewest, trees = min(found)
    # As many trees for each row as the smaller part of them wanted.
    model = _booster(task, leaves, fewest, max(round(trees / (1 - _HELD_OUT)), 1), seed)
    return _answers(task, model.fit(rows, label), asked)


def _booster(
    task: Task, leaves: int, fewest: int, trees: int, seed: int
) -> lightgbm.LGBMClassifier | lightgbm.LGBMRegressor:
    kind = lightgbm.LGBMRegressor if task == "regression" else lightgbm.LGBMClassifier
    return kind(
        num_leaves=leaves,
        min_child_samples=fewest,
        n_estimators=trees,
        learning_rate=_LEARNING_RATE,
        colsample_bytree=0.8,
        subsample=0.8,
        subsample_freq=1,
        random_state=seed,
        # Its threads wait by spinning, which beside anything else takes far longer than one.
        n_jobs=1,
        verbose=-1,
    )


def _categories(rows: pd.DataFrame) -> dict[str, pd.CategoricalDtype]:
    texts = rows.select_dtypes(["object", "string"])
    return {column: pd.CategoricalDtype(texts[column].dropna().unique()) for column in texts}


def _linear(
    task: Task, rows: pd.DataFrame, label: pd.Series, asked: pd.DataFrame, seed: int
) -> Answers:
    """Logistic or ridge regression on scaled numbers and one-hot categories."""
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=3)
    encoder = make_column_transformer(
        (numbers, make_column_selector(dtype_include=np.number)),
        (categories, make_column_selector(dtype_exclude=np.number)),
    )
    fitter = (
        RidgeCV(np.logspace(-2, 4, 13))
        if task == "regression"
        else LogisticRegressionCV(
            Cs=5, cv=3, max_iter=1000, scoring="neg_log_loss", random_state=seed
        )
    )
    model: Pipeline = make_pipeline(encoder, fitter)
    return _answers(task, model.fit(rows, label), asked)


def _trivial(
    task: Task, rows: pd.DataFrame, label: pd.Series, asked: pd.DataFrame, seed: int
) -> Answers:
    """The mean, or the frequencies of the classes."""
    model = DummyRegressor() if task == "regression" else DummyClassifier(strategy="prior")
    return _answers(task, model.fit(rows, label), asked)


def _answers(task: Task, model: lightgbm.LGBMModel | Pipeline, asked: pd.DataFrame) -> Answers:
    answers = model.predict(asked) if task == "regression" else model.predict_proba(asked)
    return np.asarray(answers, np.float64)


CONTENDERS: Mapping[str, Contender] = {
    "LightGBM": _trees,
    "linear": _linear,
    "trivial": _trivial,
}
"""By the name under which the benchmark shows them."""
