"""How large an image is, layer by layer: on disk, and as a registry sends it."""

import gzip
import io
import json
import tarfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

__all__ = ["Layer", "layers_of"]

_CHUNK = 1 << 20
# What a registry's client compresses with, unless told otherwise.
_LEVEL = 6
_LARGEST_DOCUMENT = 8 << 20


@dataclass(frozen=True)
class Layer:
    """One layer of an image.

    Attributes:
        made_by: The instruction that made it.
        size: Its bytes as a tar archive, which is about what it takes on disk.
        compressed: The same after gzip.
    """

    made_by: str
    size: int
    compressed: int


def layers_of(archive: IO[bytes]) -> list[Layer]:
    """Measures the layers of what `docker save` writes, or buildah as a docker-archive.

    Args:
        archive: Read once from its start to its end, so that it may be a pipe.
    """
    measured: dict[str, tuple[int, int]] = {}
    documents: dict[str, bytes] = {}
    links: dict[str, str] = {}
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            if member.issym() or member.islnk():
                links[member.name] = member.linkname.removeprefix("../")
            elif member.isfile() and (file := tar.extractfile(member)):
                head = file.read(2)
                if head[:1] in (b"{", b"[") and member.size <= _LARGEST_DOCUMENT:
                    documents[member.name] = head + file.read()
                else:
                    measured[member.name] = _measure(head, file)
    manifest = json.loads(documents["manifest.json"])[0]
    config = json.loads(documents[manifest["Config"]])
    instructions = [entry for entry in config["history"] if not entry.get("empty_layer")]
    names = [links.get(name, name) for name in manifest["Layers"]]
    return [
        Layer(_instruction(entry), *measured[name])
        for entry, name in zip(instructions, names, strict=True)
    ]


def _measure(head: bytes, file: IO[bytes]) -> tuple[int, int]:
    """The size of a layer, and its compressed size: the one it has or the one it would have."""
    if head == b"\x1f\x8b":
        return _measure_compressed(head, file)
    # With gzip's header and trailer.
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    size, compressed = len(head), len(compressor.compress(head))
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        compressed += len(compressor.compress(chunk))
    return size, compressed + len(compressor.flush())


def _measure_compressed(head: bytes, file: IO[bytes]) -> tuple[int, int]:
    counted = _Counted(head, file)
    size = 0
    with gzip.GzipFile(fileobj=io.BufferedReader(counted, _CHUNK)) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            size += len(chunk)
    return size, counted.count


class _Counted(io.RawIOBase):
    """The bytes of a file after those already read, counted."""

    def __init__(self, head: bytes, file: IO[bytes]) -> None:
        self._head = head
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._head or self._file.read(len(buffer))
        self._head = b""
        buffer[: len(chunk)] = chunk
        self.count += len(chunk)
        return len(chunk)


def _instruction(entry: dict[str, str]) -> str:
    """An instruction as the Dockerfile has it, of what builders make of it."""
    text = entry.get("created_by", "").removeprefix("/bin/sh -c ").removeprefix("#(nop) ").strip()
    return " ".join(text.split(" # buildkit")[0].split())
