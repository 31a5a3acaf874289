"""Statistics artifacts, as StatisticsGen writes and reads them."""

from pathlib import Path

from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2
from tfx.types import artifact_utils, standard_artifacts

_FILE = "FeatureStats.pb"
_ANOMALIES_FILE = "SchemaDiff.pb"
_ALL_ROWS = "All Examples"


def splits_of(artifact: standard_artifacts.ExampleStatistics) -> list[str]:
    """The splits that an artifact has; none is an empty list."""
    return artifact_utils.decode_split_names(artifact.split_names) if artifact.split_names else []


def statistics_path(uri: str, split: str) -> Path:
    """Where a split's statistics stand."""
    return Path(uri, f"Split-{split}", _FILE)


def anomalies_path(uri: str, split: str) -> Path:
    """Where a split's anomalies stand."""
    return Path(uri, f"Split-{split}", _ANOMALIES_FILE)


def read_statistics(uri: str, split: str) -> statistics_pb2.DatasetFeatureStatistics:
    """Returns the statistics of all rows of a split, without those of slices."""
    content = statistics_path(uri, split).read_bytes()
    return first_of(statistics_pb2.DatasetFeatureStatisticsList.FromString(content))


def first_of(
    listed: statistics_pb2.DatasetFeatureStatisticsList,
) -> statistics_pb2.DatasetFeatureStatistics:
    """Returns the statistics of all rows among those of slices."""
    named = [dataset for dataset in listed.datasets if dataset.name == _ALL_ROWS]
    return (named or listed.datasets)[0]


def read_anomalies(uri: str, split: str) -> anomalies_pb2.Anomalies:
    """Returns what the validator found in a split."""
    return anomalies_pb2.Anomalies.FromString(anomalies_path(uri, split).read_bytes())
