"""The top-level blocks of a schema file, as text, so that one can change and the others stay."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[{}<>]|[A-Za-z_]\w*')


@dataclass(frozen=True)
class Block:
    """A message of the file.

    Attributes:
        field: Its name in the schema, such as `feature`.
        start: Where its field name begins in the text.
        end: Behind its closing brace.
    """

    field: str
    start: int
    end: int


def blocks(text: str) -> Iterator[Block]:
    """Yields the messages that stand at the top of a text-format file, in their order."""
    depth, field, start = 0, "", 0
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "<":
                depth += 1
            case "}" | ">":
                depth -= 1
                if depth == 0:
                    yield Block(field, start, token.end())
            case word if depth == 0 and (word[0].isalpha() or word[0] == "_"):
                field, start = word, token.start()


def rewritten(text: str, old: schema_pb2.Schema, new: schema_pb2.Schema) -> str:
    """Returns the text with what differs between two schemas changed, and nothing else.

    A column or a named domain that differs is written anew, within its own braces; what is new
    stands at the end. Comments between the blocks, their order and every other block stay.

    Args:
        text: The file of the old schema.
        old: What the text says.
        new: What it is to say.
    """
    changes: dict[tuple[str, str], str] = {}
    added: list[str] = []
    for field in ("string_domain", "feature"):
        before = {message.name: message for message in getattr(old, field)}
        for message in getattr(new, field):
            block = f"{field} {{\n{_indented(message)}}}"
            if message.name not in before:
                added.append(block)
            elif before[message.name] != message:
                changes[field, message.name] = block
    whole = _replaced(text, changes)
    if added:
        whole = "\n\n".join([whole.rstrip("\n"), *added]) + "\n"
    return whole


def _replaced(text: str, changes: Mapping[tuple[str, str], str]) -> str:
    parts: list[str] = []
    end = 0
    for block in blocks(text):
        if block.field not in ("feature", "string_domain"):
            continue
        content = schema_pb2.Schema()
        text_format.Parse(text[block.start : block.end], content)
        (message,) = getattr(content, block.field)
        change = changes.get((block.field, message.name))
        if change is not None:
            parts += [text[end : block.start], change]
            end = block.end
    return "".join([*parts, text[end:]])


def _indented(message: schema_pb2.Feature | schema_pb2.StringDomain) -> str:
    lines = text_format.MessageToString(message, as_utf8=True).splitlines()
    return "".join(f"  {line}\n" for line in lines)
