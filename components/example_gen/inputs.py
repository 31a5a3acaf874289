"""Which files a location means, and whether they have changed."""

import difflib
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass

from components.errors import InputError
from components.example_gen.options import ExampleGenOptions, SpanOptions
from components.example_gen.sources import Source, Sources
from components.example_gen.spans import MARKER, Span, choose, is_pattern, spans_of
from components.locations import resolve
from components.rows.files import File, Format, found, is_local, open_binary
from components.rows.formats import format_of
from registry.storage import is_bucket

_READ_WHOLE_BYTES = 256 * 2**20
_CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class Inputs:
    """What is read, and what it is compared with.

    Attributes:
        files: Sorted by span, then by path; each with what is known of it.
        newest: The newest span; None without spans.
        previous: The span right before it, whether its files are among `files` or not.
        spans: Their names, oldest first.
        skipped: Why newer spans were passed over, a clause each.
    """

    files: tuple[tuple[Source, File], ...]
    newest: Span | None = None
    previous: Span | None = None
    spans: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    def sources(self, options: ExampleGenOptions, cuts: tuple[float, ...]) -> Sources:
        """As they are kept in the artifact."""
        previous = _of_span(self.previous, options.format) if self.previous else []
        return Sources(
            files=tuple(source for source, _ in self.files),
            newest=self.newest.name if self.newest else "",
            previous=tuple(source for source, _ in previous),
            identifiers=options.identifiers,
            missing=options.missing,
            split=options.split,
            cuts=cuts,
        )


def find_inputs(location: str, options: ExampleGenOptions) -> Inputs:
    """Returns the files of a location.

    Args:
        location: A file, a folder (all that is in it, but for names that begin with `.` or `_`), a
            glob, or a pattern with spans; see `components.locations` and `spans`.
        options: Of which format and spans are looked at.

    Raises:
        InputError: there is nothing to read, or a file of a kind that is not known.
    """
    place = resolve(location)
    if is_local(place):
        place = os.path.normpath(place)
    try:
        if is_pattern(place):
            return _of_pattern(place, options)
        files = _plain_files(place, options.format)
    except InputError as error:
        msg = f"data.input = {location!r}: {error}"
        raise InputError(msg) from error
    if not files:
        expected = "a file in it" if os.path.isdir(place) else "a file, a folder or a glob"
        expected += _nearest(place)
        msg = f"data.input = {location!r}: nothing found at {place}; expected {expected}"
        raise InputError(msg)
    return Inputs(files)


def _nearest(place: str) -> str:
    """A file beside it whose name is like it, as a question."""
    folder, name = os.path.split(place)
    if not is_local(place) or not os.path.isdir(folder):
        return ""
    near = difflib.get_close_matches(name, os.listdir(folder), n=1)
    return f"; did you mean {os.path.join(folder, near[0])}?" if near else ""


def plain_files(location: str, format: Format | str = "auto") -> list[Source]:
    """Returns the files of a location without spans; none is an empty list.

    Raises:
        InputError: a file is of a kind that is not known.
    """
    return [source for source, _ in _plain_files(resolve(location), format)]


def input_fingerprint(inputs: Inputs) -> str:
    """Returns a digest that changes when a file changes, comes or goes, or a span does.

    Up to 256 MiB of local files count by their content; more, and files elsewhere, by name, size
    and time of change, in a bucket by what the store says of their content.

    Raises:
        InputError: a file cannot be read.
    """
    files = [(source.span, file) for source, file in inputs.files]
    if inputs.previous:
        files += [(f"before {inputs.previous.name}", file) for file in inputs.previous.files]
    return fingerprint(files)


def fingerprint(files: Iterable[tuple[str, File]]) -> str:
    """As `input_fingerprint`, of any files, each with a word on what it is."""
    files = list(files)
    is_small = sum(file.size for _, file in files) <= _READ_WHOLE_BYTES
    digest = hashlib.sha256()
    for part, file in files:
        by_content = is_small and is_local(file.path)
        identity = _content(file) if by_content else _known_of(file)
        digest.update(f"{part}\0{file.name}\0{identity}\n".encode())
    return digest.hexdigest()


def _known_of(file: File) -> str:
    return f"{file.size} {file.edition or file.changed}"


def served_fingerprint(location: str | None, format: str) -> str:
    """Returns a digest that changes with the served rows; empty where none are looked at."""
    if not location:
        return ""
    files = [found(source.path)[0] for source in served_files(location, format)]
    return fingerprint([("served", file) for file in files])


def served_files(location: str, format: Format | str) -> list[Source]:
    """Returns the files of served rows; none is an empty list.

    They need not be of the input's kind: a log of requests is TFRecord, whatever `data.format`.

    Args:
        location: As of `plain_files`.
        format: Of files whose names say nothing.

    Raises:
        InputError: a file is of a kind that is not known.
    """
    return [Source(source.path, _named_format(source)) for source in plain_files(location, format)]


def _named_format(source: Source) -> Format:
    try:
        return format_of(source.path)
    except InputError:
        return source.format


def _plain_files(place: str, format: Format | str) -> tuple[tuple[Source, File], ...]:
    files = _in_folder(place) if is_local(place) and os.path.isdir(place) else found(place)
    if not files and is_bucket(place):
        # There it is a folder if anything is below it.
        files = _in_folder(place.rstrip("/"))
    return tuple((Source(file.path, format_of(file.path, format)), file) for file in files)


def _in_folder(place: str) -> list[File]:
    return [file for file in found(f"{place}/*") if file.name[0] not in "._"]


def _of_pattern(pattern: str, options: ExampleGenOptions) -> Inputs:
    spans = spans_of(pattern)
    if not spans:
        msg = f"no file matches {pattern}; expected spans such as a folder for each day"
        raise InputError(msg)
    chosen = choose(
        spans,
        options.spans.use,
        options.spans.window,
        lambda span: _fault(span, options.spans, options.format),
    )
    return Inputs(
        files=tuple(file for span in chosen.spans for file in _of_span(span, options.format)),
        newest=chosen.spans[-1],
        previous=chosen.previous,
        spans=tuple(span.name for span in chosen.spans),
        skipped=chosen.skipped,
    )


def _of_span(span: Span, format: Format | str) -> list[tuple[Source, File]]:
    return [
        (Source(file.path, format_of(file.path, format), span.name), file) for file in span.files
    ]


def _fault(span: Span, options: SpanOptions, format: Format | str) -> str | None:
    """Why a span is not to be read; None if it is whole."""
    if options.success_marker:
        if not span.folder:
            msg = (
                "data.spans.success_marker = true: the marker is looked for in the folder of a "
                "span, and this pattern has the span in the files' names only"
            )
            raise InputError(msg)
        if not found(f"{span.folder}/{MARKER}"):
            return f"has no {MARKER} yet"
    if any(_has_rows(source, file) for source, file in _of_span(span, format)):
        return None
    return "has no rows"


def _has_rows(source: Source, file: File) -> bool:
    # Only spans are looked into before they are read; the readers take a while to import.
    from components.rows.csv_header import EmptyFile
    from components.rows.parts import parts_of
    from components.rows.reading import read

    try:
        parts = parts_of(file.path, source.format, file.size, file.size)
    except EmptyFile:
        return False
    for part in parts:
        for batch in read(part, {}):
            if batch.rows.num_rows or batch.rejects:
                return True
    return False


def _content(file: File) -> str:
    content = hashlib.sha256()
    try:
        with open_binary(file.path) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                content.update(chunk)
    except OSError as error:
        msg = f"{file.path}: {error.strerror}; expected a readable file"
        raise InputError(msg) from error
    return content.hexdigest()
