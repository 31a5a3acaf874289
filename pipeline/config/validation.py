"""From tables to typed sections, with every problem in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pipeline.config.problems import Problem, among, did_you_mean, unlisted, wrong
from pipeline.config.section import Section
from pipeline.config.toml_lines import KeyPath

Whole = TypeVar("Whole", bound=Section)


@dataclass(frozen=True)
class Validated(Generic[Whole]):
    """What could be made of a file.

    Attributes:
        whole: None if there is any problem.
        parts: By key, each table or value of the root that is right in itself.
        problems: What is wrong with the rest.
    """

    whole: Whole | None
    parts: Mapping[str, Any]
    problems: tuple[Problem, ...]


def validate(kind: type[Whole], tables: Mapping[str, Any]) -> Validated[Whole]:
    """Checks keys, types and ranges, each by itself."""
    try:
        whole = kind.model_validate(tables)
    except ValidationError as error:
        details = error.errors(include_url=False)
        wrong_keys = {detail["loc"][0] for detail in details}
        parts = {
            key: _part(field, tables, key)
            for key, field in _fields(kind).items()
            if key not in wrong_keys
        }
        return Validated(None, parts, tuple(_problem(detail, kind) for detail in details))
    return Validated(
        whole, {field.alias or name: getattr(whole, name) for name, field in _items(kind)}, ()
    )


def dotted_keys(kind: type[Section]) -> tuple[str, ...]:
    """Every key that has a fixed name, such as `training.steps`."""
    keys = []
    for key, field in _fields(kind).items():
        keys.append(key)
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            keys += [f"{key}.{below}" for below in dotted_keys(section)]
    return tuple(keys)


def unknown_key(path: KeyPath, siblings: tuple[str, ...], everywhere: tuple[str, ...]) -> Problem:
    """A key that no table has at this place.

    Args:
        path: Where it stands.
        siblings: The keys that may stand there.
        everywhere: All dotted keys, for a right key in a wrong place.
    """
    found = str(path[-1])
    near = did_you_mean(found, siblings)
    if not near:
        elsewhere = [key for key in everywhere if key.rpartition(".")[2] == found]
        near = f" did you mean '{elsewhere[0]}'?" if elsewhere else ""
    return Problem(path, f"unknown key;{near} allowed: {among(sorted(siblings))}")


def _items(kind: type[Section]) -> list[tuple[str, FieldInfo]]:
    return list(kind.model_fields.items())


def _fields(kind: type[Section]) -> dict[str, FieldInfo]:
    """The fields by the names that they have in the file."""
    return {field.alias or name: field for name, field in _items(kind)}


def _part(field: FieldInfo, tables: Mapping[str, Any], key: str) -> Any:
    if key not in tables:
        return field.get_default(call_default_factory=True)
    assert field.annotation is not None
    return TypeAdapter(field.annotation).validate_python(tables[key])


def _problem(detail: ErrorDetails, kind: type[Section]) -> Problem:
    path, error = detail["loc"], detail["type"]
    place = _walk(kind, path)
    if error == "extra_forbidden":
        return unknown_key(path, tuple(_fields(_walk(kind, path[:-1]).kind)), dotted_keys(kind))
    if error == "missing":
        return Problem(path, f"missing; expected {place.expected}")
    if place.choices:
        return unlisted(path, detail["input"], place.choices)
    return wrong(path, detail["input"], place.expected)


@dataclass(frozen=True)
class _Place:
    """What may stand at a path."""

    kind: Any
    description: str

    @property
    def choices(self) -> tuple[str, ...]:
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def expected(self) -> str:
        if self.choices:
            return among(self.choices)
        if isinstance(self.kind, type) and issubclass(self.kind, Section):
            needed = [key for key, field in _fields(self.kind).items() if field.is_required()]
            return f"a table with {among(needed)}" if needed else "a table"
        return self.description or "a table"


def _walk(kind: type[Section], path: KeyPath) -> _Place:
    place = _Place(kind, "")
    for part in path:
        place = _bare(place.kind, "")
        if isinstance(place.kind, type) and issubclass(place.kind, Section):
            field = _fields(place.kind).get(str(part))
            if field is None:
                break
            place = _bare(field.annotation, field.description or "")
        elif get_origin(place.kind) is tuple:
            place = _bare(get_args(place.kind)[0], "")
        elif get_origin(place.kind) is not Literal and get_args(place.kind):
            place = _bare(get_args(place.kind)[-1], "")
    return place


def _bare(kind: Any, description: str) -> _Place:
    """Takes off `Annotated` and `| None`, and keeps the outermost description."""
    if get_origin(kind) is Annotated:
        notes = (note.description for note in kind.__metadata__ if isinstance(note, FieldInfo))
        own = [note for note in notes if note]
        return _bare(kind.__origin__, description or (own[-1] if own else ""))
    options = [option for option in get_args(kind) if option is not type(None)]
    if type(None) in get_args(kind) and len(options) == 1:
        return _bare(options[0], description)
    return _Place(kind, description)
