"""Where a version came from: the record that stands inside it."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.errors import RegistryError
from registry.places import Base

RECORD = "record.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of a pushed version.

    Attributes:
        version: Its number; 0 until it is pushed.
        pushed_at: Time of the push, ISO 8601 with its offset from UTC.
        digest: Content digest of the SavedModel, the same wherever it is copied.
        baseline_version: The version that it was compared with; 0 if there was none.
        metrics: Metric to value, on the evaluation split.
        data: Facts about the rows: fingerprint of the files, counts.
        schema_fingerprint: SHA-256 of the schema.
        config_fingerprint: Digest of the configuration.
        code_version: The commit, if it is known.
        seed: Of the training.
        run_id: The pipeline run that pushed it.
        format: The version of this format.
    """

    version: int = 0
    pushed_at: str = ""
    digest: str = ""
    baseline_version: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, int | str] = field(default_factory=dict)
    schema_fingerprint: str = ""
    config_fingerprint: str = ""
    code_version: str = ""
    seed: int | None = None
    run_id: str = ""
    format: int = FORMAT

    def to_json(self) -> str:
        """The record as it stands in its file."""
        return json.dumps(dataclasses.asdict(self), indent=2, sort_keys=True) + "\n"


def read(path: Base) -> Record:
    """Reads a record; keys that a later version of the format may add are passed over.

    Raises:
        RegistryError: it is not there, or is not a record.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {entry.name for entry in dataclasses.fields(Record)}
        return Record(**{key: value for key, value in content.items() if key in known})
    except FileNotFoundError as error:
        msg = f"{path}: no record; the version was not pushed by this pipeline"
        raise RegistryError(msg) from error
    except (ValueError, AttributeError) as error:
        msg = f"{path}: not a record ({error}); push the model again"
        raise RegistryError(msg) from error
