"""Changing single fields in the text of a schema file, so that everything else stays."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import text_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from tensorflow_metadata.proto.v0 import schema_pb2

from components.schema_tools.text_fields import Field, fields

_NAMED = ("string_domain", "feature")
_REST_OF_LINE = re.compile(r"[ \t]*[,;]?[ \t]*(?:#[^\n]*)?(?=\n)")


@dataclass(frozen=True, order=True)
class Edit:
    """A piece of the text, and what is to stand in its place."""

    start: int
    end: int
    text: str


def rewritten(text: str, old: schema_pb2.Schema, new: schema_pb2.Schema) -> str:
    """Returns the text with what differs between two schemas changed, and nothing else.

    Of a column or a named domain that differs only the fields that do are written; what is new
    stands at the end. Comments, the order and the style of the rest stay.

    Args:
        text: The file of the old schema.
        old: What the text says.
        new: What it is to say.
    """
    edits: list[Edit] = []
    wanted = {(kind, message.name): message for kind in _NAMED for message in getattr(new, kind)}
    known = {(kind, message.name): message for kind in _NAMED for message in getattr(old, kind)}
    for block in fields(text):
        if block.name in _NAMED and block.inner:
            content = text_format.Parse(text[block.start : block.end], schema_pb2.Schema())
            (message,) = getattr(content, block.name)
            key = block.name, message.name
            if key in wanted and wanted[key] != known[key]:
                edits += _edits(text, block.inner, known[key], wanted[key])
    whole = _applied(text, edits)
    added = [_block(kind, new) for (kind, name), new in wanted.items() if (kind, name) not in known]
    return "\n\n".join([whole.rstrip("\n"), *added]) + "\n" if added else whole


def _edits(text: str, inner: tuple[int, int], old: Message, new: Message) -> Iterator[Edit]:
    """Yields what makes the text of the old message, between its braces, that of the new one."""
    there: dict[str, list[Field]] = {}
    for field in fields(text, *inner):
        there.setdefault(field.name, []).append(field)
    obsolete: list[Field] = []
    added: list[str] = []
    for descriptor in new.DESCRIPTOR.fields:
        before, after = _values(old, descriptor), _values(new, descriptor)
        places = there.get(descriptor.name, [])
        if before == after:
            continue
        if not after:
            obsolete += places
        elif not before:
            added += [_shown(new, descriptor, value) for value in after]
        elif len(places) == len(before) == len(after) == 1 and places[0].inner:
            yield from _edits(text, places[0].inner, before[0], after[0])
        elif before == after[: len(before)]:
            news = [_shown(new, descriptor, value) for value in after[len(before) :]]
            yield _insertion(text, inner, places[-1], news)
        else:
            first, *others = places
            shown = " ".join(_shown(new, descriptor, value) for value in after)
            yield Edit(first.start, first.end, shown)
            yield from (_removal(text, field) for field in others)
    # What comes for something that goes, such as another kind of domain, takes its place.
    replaced = list(zip(obsolete, added, strict=False))
    yield from (Edit(field.start, field.end, shown) for field, shown in replaced)
    yield from (_removal(text, field) for field in obsolete[len(replaced) :])
    if rest := added[len(replaced) :]:
        last = max((field for list_ in there.values() for field in list_), key=_end, default=None)
        yield _insertion(text, inner, last, rest)


def _insertion(text: str, inner: tuple[int, int], last: Field | None, news: Sequence[str]) -> Edit:
    """Behind a field; in lines of their own where that field has one."""
    if last is None:
        return Edit(*inner, f" {' '.join(news)} ")
    rest = _REST_OF_LINE.match(text, last.end, inner[1])
    indent = text[text.rfind("\n", 0, last.start) + 1 : last.start]
    if rest and not indent.strip():
        return Edit(rest.end(), rest.end(), "".join(f"\n{indent}{shown}" for shown in news))
    return Edit(last.end, last.end, "".join(f" {shown}" for shown in news))


def _removal(text: str, field: Field) -> Edit:
    """With its line, where it has one for itself."""
    begin = text.rfind("\n", 0, field.start) + 1
    rest = _REST_OF_LINE.match(text, field.end)
    if rest and not text[begin : field.start].strip():
        return Edit(begin, rest.end() + 1, "")
    behind = re.compile(r"[ \t]*[,;]?").match(text, field.end)
    end = behind.end() if behind and behind[0].strip() else field.end
    return Edit(len(text[: field.start].rstrip(" \t")), end, "")


def _applied(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    end = 0
    for edit in sorted(edits):
        parts += [text[end : edit.start], edit.text]
        end = edit.end
    return "".join([*parts, text[end:]])


def _values(message: Message, descriptor: FieldDescriptor) -> list[Any]:
    if descriptor.is_repeated:
        return list(getattr(message, descriptor.name))
    return [getattr(message, descriptor.name)] if message.HasField(descriptor.name) else []


def _shown(message: Message, descriptor: FieldDescriptor, value: Any) -> str:
    """The field with this one value, in one line."""
    if descriptor.type == FieldDescriptor.TYPE_MESSAGE and not value.ByteSize():
        return f"{descriptor.name} {{}}"
    alone = type(message)()
    if descriptor.is_repeated:
        getattr(alone, descriptor.name).extend([value])
    elif descriptor.type == FieldDescriptor.TYPE_MESSAGE:
        getattr(alone, descriptor.name).CopyFrom(value)
    else:
        setattr(alone, descriptor.name, value)
    text: str = text_format.MessageToString(alone, as_utf8=True, as_one_line=True)
    return text.strip()


def _block(kind: str, message: Message) -> str:
    lines = [
        f"  {_shown(message, descriptor, value)}\n"
        for descriptor in sorted(message.DESCRIPTOR.fields, key=_number)
        for value in _values(message, descriptor)
    ]
    return f"{kind} {{\n{''.join(lines)}}}"


def _number(descriptor: FieldDescriptor) -> int:
    """The order in which people write fields: a name first, then a type."""
    number: int = descriptor.number
    return number


def _end(field: Field) -> int:
    return field.end
