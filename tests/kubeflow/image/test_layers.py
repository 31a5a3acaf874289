"""The sizes of an image's layers, measured in what builders save."""

import gzip
import io
import json
import tarfile
import zlib

import pytest

from imaging.layers import Layer, layers_of

PLAIN = b"the base " * 5000
PACKED = b"packages " * 9000


class Pipe(io.RawIOBase):
    """Can be read once, as a builder's output."""

    def __init__(self, content):
        self.rest = content

    def readable(self):
        return True

    def read(self, size=-1):
        size = len(self.rest) if size < 0 else size
        chunk, self.rest = self.rest[:size], self.rest[size:]
        return chunk


def archive(files, links=()):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, other in links:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, other
            tar.addfile(member)
    return Pipe(target.getvalue())


def manifest(*layers):
    return json.dumps([{"Config": "config.json", "RepoTags": [], "Layers": layers}]).encode()


def config(*instructions):
    history = [
        {"created_by": text, "empty_layer": True} if is_empty else {"created_by": text}
        for text, is_empty in instructions
    ]
    return json.dumps({"history": history}).encode()


def test_each_layer_has_its_instruction_and_both_sizes():
    packed = gzip.compress(PACKED)
    saved = archive(
        {
            "aa.tar": PLAIN,
            "blobs/bb": packed,
            "config.json": config(
                ('/bin/sh -c #(nop) CMD ["bash"]', True),
                ("/bin/sh -c #(nop) ADD file:00 in / ", False),
                ("ENV HOME=/tmp", True),
                ("COPY /layers/packages/ / # buildkit", False),
            ),
            "manifest.json": manifest("aa.tar", "blobs/bb"),
        }
    )

    base, packages = layers_of(saved)

    assert (base.made_by, base.size) == ("ADD file:00 in /", len(PLAIN))
    assert packages == Layer("COPY /layers/packages/ /", len(PACKED), len(packed))


def test_the_compressed_size_is_that_of_gzip():
    saved = archive(
        {"l.tar": PLAIN, "config.json": config(("x", False)), "manifest.json": manifest("l.tar")}
    )

    (layer,) = layers_of(saved)

    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    assert layer.compressed == pytest.approx(
        len(compressor.compress(PLAIN) + compressor.flush()), abs=16
    )


def test_a_layer_that_is_a_link_to_another_has_its_size():
    saved = archive(
        {
            "aa.tar": PLAIN,
            "config.json": config(("one", False), ("two", False)),
            "manifest.json": manifest("aa.tar", "bb/layer.tar"),
        },
        links=[("bb/layer.tar", "../aa.tar")],
    )

    assert [layer.size for layer in layers_of(saved)] == [len(PLAIN), len(PLAIN)]
