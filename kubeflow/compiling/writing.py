"""Specs as text: YAML for Kubeflow, JSON where that is asked for."""

import json
import re
from collections.abc import Iterable
from typing import Any, Literal

import yaml
from google.protobuf import json_format

Form = Literal["yaml", "json"]

# Go's reader of YAML and Python's do not agree on which bare words are numbers or booleans.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
# The greatest whole number up to which a double, which is all that a spec has, is exact.
_EXACT = 2**53


class _Dumper(yaml.CSafeDumper):
    """One style for every kind of text."""


def _text(dumper: Any, value: str) -> Any:
    if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        style = None
    else:
        # A line break is an escape only within double quotes.
        style = "'" if value.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(documents: Iterable[dict[str, Any]], comment: Iterable[str] = ()) -> str:
    """Returns documents one below the other, keys in the order of their letters.

    Args:
        documents: Plain values.
        comment: Lines to begin with.
    """
    lines = "".join(f"# {line}".rstrip() + "\n" for line in comment)
    texts = [
        yaml.dump(whole(document), Dumper=_Dumper, width=2**30, allow_unicode=True)
        for document in documents
    ]
    return lines + "---\n".join(texts)


def as_json(document: dict[str, Any]) -> str:
    """Returns a document, keys in the order of their letters."""
    return json.dumps(whole(document), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def checked(plain: dict[str, Any], message: Any) -> dict[str, Any]:
    """Plain values that were read as a message of that kind, which has no other keys.

    Raises:
        json_format.ParseError: it is no such message.
    """
    read: dict[str, Any] = json_format.MessageToDict(json_format.ParseDict(plain, message))
    return read


def whole(value: Any) -> Any:
    """The value, with whole numbers as such: a spec's own messages know doubles alone."""
    if isinstance(value, dict):
        return {key: whole(below) for key, below in value.items()}
    if isinstance(value, list):
        return [whole(below) for below in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value
