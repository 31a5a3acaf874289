"""The effective configuration as TOML, with a mark on what no file states."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.config.document import Document
from pipeline.config.loading import load_with_sources
from pipeline.config.section import Section
from pipeline.config.toml_lines import KeyPath
from pipeline.config.toml_text import toml_key, toml_value

_MARKS = {"file": "", "set": "  # --set", "default": "  # default"}


def show(config: str, where: str, overrides: Iterable[str] = ()) -> str:
    """The whole configuration that is in force.

    Returns:
        TOML, which read again gives the same values. `# default` marks what the files leave to
        us, `# --set` what was overridden.

    Raises:
        ConfigError: as `load`.
    """
    loaded, sources = load_with_sources(config, where, overrides)
    return "\n".join(
        (
            f"# what: {config}",
            *_table((), loaded.what, sources.what),
            "",
            f"# where: {where}",
            *_table((), loaded.where, sources.where),
            "",
        )
    )


def _table(path: KeyPath, table: Section | Mapping[str, Any], document: Document) -> Iterator[str]:
    """The lines of a table: its values first, then the tables in it."""
    items = _items(table)
    unset = [toml_key(key) for key, value in items.items() if value is None]
    if unset:
        yield f"# not set: {', '.join(unset)}"
    for key, value in items.items():
        if value is not None and not _is_table(value) and not _is_list_of_tables(value):
            mark = _MARKS[document.origin((*path, key))]
            yield f"{toml_key(key)} = {toml_value(value)}{mark}"
    for key, value in items.items():
        names = [part for part in (*path, key) if isinstance(part, str)]
        if _is_table(value):
            mark = "" if _items(value) else _MARKS[document.origin((*path, key))]
            yield from ("", f"[{toml_key(*names)}]{mark}")
            yield from _table((*path, key), value, document)
        elif _is_list_of_tables(value):
            for place, entry in enumerate(value):
                yield from ("", f"[[{toml_key(*names)}]]")
                yield from _table((*path, key, place), entry, document)


def _items(table: Section | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(table, Section):
        fields = type(table).model_fields
        return {field.alias or name: getattr(table, name) for name, field in fields.items()}
    return dict(table)


def _is_table(value: Any) -> bool:
    return isinstance(value, Section | Mapping)


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(_is_table(entry) for entry in value)
