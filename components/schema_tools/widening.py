"""Schemas that follow from statistics."""

import math
from collections.abc import Collection
from pathlib import Path

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

from components.validation.split_statistics import read_statistics

_TRAIN = "train"
_MOST_DOMAIN_VALUES = 100


def inferred(statistics_folder: Path) -> schema_pb2.Schema:
    """Returns the schema of the training rows alone: what is evaluated on must not shape it.

    Args:
        statistics_folder: Of a statistics artifact with a split `train`.
    """
    listed = _listed(statistics_folder, _TRAIN)
    return tfdv.infer_schema(listed, max_string_domain_size=_MOST_DOMAIN_VALUES)


def training_rows(statistics_folder: Path) -> statistics_pb2.DatasetFeatureStatistics:
    """Returns the statistics of the training rows, from which the schema is inferred."""
    return read_statistics(str(statistics_folder), _TRAIN)


def widened(
    curated: schema_pb2.Schema, statistics_folder: Path, chosen: Collection[str] | None
) -> schema_pb2.Schema:
    """Returns the schema, changed as far as rows ask for it that do not fit.

    Args:
        curated: The schema.
        statistics_folder: Of a statistics artifact; the rows of all its splits are to fit.
        chosen: Columns that may change; None for all.
    """
    wider = schema_pb2.Schema()
    wider.CopyFrom(curated)
    for path in sorted(statistics_folder.glob("Split-*")):
        listed = _listed(statistics_folder, path.name.removeprefix("Split-"))
        wider = tfdv.update_schema(wider, listed, max_string_domain_size=_MOST_DOMAIN_VALUES)
    _drop_empty_bounds(curated, wider)
    if chosen is None:
        return wider
    return _only(curated, wider, chosen)


def _drop_empty_bounds(curated: schema_pb2.Schema, wider: schema_pb2.Schema) -> None:
    """An infinite bound is none, and so is a rule that says `false`; people leave both out."""
    known = {feature.name: feature for feature in curated.feature}
    for feature in wider.feature:
        if feature == known.get(feature.name) or not feature.HasField("float_domain"):
            continue
        domain = feature.float_domain
        for bound in ("min", "max"):
            if math.isinf(getattr(domain, bound)):
                domain.ClearField(bound)
        for rule in ("disallow_inf", "disallow_nan"):
            if not getattr(domain, rule):
                domain.ClearField(rule)


def _only(
    curated: schema_pb2.Schema, wider: schema_pb2.Schema, chosen: Collection[str]
) -> schema_pb2.Schema:
    result = schema_pb2.Schema()
    result.CopyFrom(curated)
    known = {feature.name: feature for feature in result.feature}
    domains = {domain.name: domain for domain in result.string_domain}
    for feature in wider.feature:
        if feature.name not in chosen:
            continue
        if feature.name in known:
            known[feature.name].CopyFrom(feature)
        else:
            result.feature.add().CopyFrom(feature)
    used = {feature.domain for feature in wider.feature if feature.name in chosen}
    for domain in wider.string_domain:
        if domain.name in used:
            (domains.get(domain.name) or result.string_domain.add()).CopyFrom(domain)
    return result


def _listed(folder: Path, split: str) -> statistics_pb2.DatasetFeatureStatisticsList:
    dataset = read_statistics(str(folder), split)
    return statistics_pb2.DatasetFeatureStatisticsList(datasets=[dataset])
