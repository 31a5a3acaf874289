"""Reading a curated schema.pbtxt, and refusing one that contradicts itself."""

from collections import Counter
from pathlib import Path

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from schema.errors import SchemaError

__all__ = ["SchemaError", "read_schema"]

_SUPPORTED_TYPES = (schema_pb2.INT, schema_pb2.FLOAT, schema_pb2.BYTES)


def read_schema(path: str | Path) -> schema_pb2.Schema:
    """Reads a text-format `tensorflow_metadata` Schema.

    Args:
        path: The file, as a path of this machine.

    Returns:
        The schema: at least one column, no column twice, each INT, FLOAT or BYTES with at most
        one value a row, every named domain and environment defined.

    Raises:
        SchemaError: The file is missing, is no schema, or contradicts itself; the message names
            the file and the line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SchemaError(f"{path}: no such schema file; give the path of a .pbtxt") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path}: cannot be read as a schema: {error}") from error
    try:
        schema = text_format.Parse(text, schema_pb2.Schema())
    except text_format.ParseError as error:
        # The error's own text begins with "line:column : ".
        message = str(error).split(" : ", 1)[-1]
        raise SchemaError(
            f"{path}:{error.GetLine() or 1}: not a tensorflow_metadata Schema: {message}"
        ) from error
    fault = _first_fault(schema)
    if fault:
        about, message = fault
        raise SchemaError(f"{path}:{_line_of(about, text)}: {message}")
    return schema


def _first_fault(schema: schema_pb2.Schema) -> tuple[str, str] | None:
    """The first contradiction, as (the name it is about, the message); None for a sound schema."""
    if not schema.feature:
        return "", "the schema has no column; add at least one `feature { ... }`"
    if schema.dataset_constraints.HasField("num_examples_version_comparator"):
        return "num_examples_version_comparator", (
            "num_examples_version_comparator is not supported: no other version of a span is "
            "looked at; compare with the span before: num_examples_drift_comparator { ... }"
        )
    for name, count in Counter(feature.name for feature in schema.feature).items():
        if count > 1:
            return name, f"column {name!r} stands {count} times in the schema; keep one entry"
    domains = {domain.name for domain in schema.string_domain}
    environments = set(schema.default_environment)
    for feature in schema.feature:
        fault = _fault_of(feature, domains, environments)
        if fault:
            return feature.name, f"column {feature.name!r}: {fault}"
    return None


def _fault_of(feature: schema_pb2.Feature, domains: set[str], environments: set[str]) -> str | None:
    if not feature.name:
        return "a column needs a name"
    if feature.type not in _SUPPORTED_TYPES:
        found = schema_pb2.FeatureType.Name(feature.type)
        return f"type {found} is not supported; a column is INT, FLOAT or BYTES"
    if feature.value_count.max > 1 or any(dim.size > 1 for dim in feature.shape.dim):
        return "more than one value a row is not supported; set value_count { min: 1 max: 1 }"
    # Consumers of the schema read a column with a shape as always there, whatever is allowed.
    if feature.HasField("shape") and feature.presence.min_fraction < 1:
        return "a column with a shape must always be there; set presence { min_fraction: 1 }"
    for comparator in ("drift_comparator", "skew_comparator"):
        # TFDV takes this distance of numbers for 0, so it would never be above any threshold.
        is_number = feature.type != schema_pb2.BYTES
        if is_number and getattr(feature, comparator).HasField("infinity_norm"):
            return (
                f"{comparator} {{ infinity_norm }} compares categories only; for a number set "
                "jensen_shannon_divergence { threshold: 0.1 }"
            )
    if feature.domain and feature.domain not in domains:
        known = ", ".join(sorted(domains)) or "none"
        return f"no string_domain is named {feature.domain!r}; defined are: {known}"
    for named in (*feature.in_environment, *feature.not_in_environment):
        if named not in environments:
            known = ", ".join(sorted(environments)) or "none"
            return f"environment {named!r} is not a default_environment; listed are: {known}"
    return None


def _line_of(name: str, text: str) -> int:
    """The line that names a column or field last, the superfluous one of two; 1 if none does."""
    quoted = f'"{text_format.text_encoding.CEscape(name, as_utf8=True)}"'
    lines = [number for number, line in enumerate(text.splitlines(), 1) if quoted in line] or [
        number for number, line in enumerate(text.splitlines(), 1) if name in line
    ]
    return lines[-1] if lines and name else 1
