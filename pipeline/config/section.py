"""What every table of a configuration file has in common, and the values that stand in them.

The description of a field says what may stand there; it is the second half of an error message.
"""

import hashlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

_Value = TypeVar("_Value")


class Section(BaseModel):
    """A table: no unknown keys, no guessed types, never changed once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def fingerprint(*sections: Section) -> str:
    """SHA-256 of every value, in hex; the same for the same values, however they were written."""
    plain = [section.model_dump(mode="json", by_alias=True) for section in sections]
    # Not sorted: the order of the splits decides which rows go where.
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def frozen(table: Mapping[str, _Value]) -> Mapping[str, _Value]:
    """A read-only copy; the order of the keys is kept."""
    return MappingProxyType(dict(table))


Table = Annotated[Mapping[str, _Value], AfterValidator(frozen), PlainSerializer(dict)]
"""A table whose keys the user chooses."""

Many = Annotated[tuple[_Value, ...], Field(strict=False)]
"""A list in the file, a tuple here."""

Count = Annotated[int, Field(ge=1, description="a whole number of at least 1")]
Text = Annotated[str, Field(pattern=r"\S")]
Column = Annotated[Text, Field(description="the name of a column of the schema")]
