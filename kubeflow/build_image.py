"""`make image`: builds the image of the steps, by Docker or buildah, and says how large it is.

What is said here is meant for people; the Dockerfile can be built without this script as well.
"""

import re
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from imaging.building import Builder, Wanted, find_builder
from imaging.layers import Layer, layers_of
from pipeline.cli import run

PROJECT = Path(__file__).resolve().parents[1]
# TFX's own image, uncompressed, as its users measured it (tensorflow/tfx#4530).
STOCK_BYTES = 6.7e9


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--tag", default="localhost/tfxp", show_default=True, help="The image's name.")
@click.option("--builder", type=click.Choice(["docker", "buildah"]), help="Unless stated, found.")
@click.option("--base-image", metavar="IMAGE", help="Debian-like, glibc 2.39, Python 3.11.")
@click.option("--beam-image", metavar="IMAGE", help="Where Beam's boot program comes from.")
@click.option(
    "--without-beam-boot", is_flag=True, help="Fit for steps of Kubeflow, not for Beam workers."
)
@click.option(
    "--tensorflow",
    type=click.Choice(["tensorflow-cpu", "tensorflow"]),
    help="The second can use GPUs, on a base that holds CUDA.",
)
@click.option(
    "--index-url",
    envvar="PIP_INDEX_URL",
    metavar="URL",
    help="Another index than PyPI; or PIP_INDEX_URL.",
)
@click.option(
    "--certificates",
    envvar="PIP_CERT",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path),
    help="Authorities to trust while packages are fetched; or PIP_CERT.",
)
@click.option("--sizes/--no-sizes", default=True, help="Measure the layers, after the build.")
@click.option("--build/--no-build", default=True, help="With --no-build, only measure.")
def command(
    tag: str,
    builder: str | None,
    base_image: str | None,
    beam_image: str | None,
    without_beam_boot: bool,
    tensorflow: str | None,
    index_url: str | None,
    certificates: Path | None,
    sizes: bool,
    build: bool,
) -> None:
    """Build the image of the steps, and say how large it is."""
    found = find_builder(builder)
    if build:
        arguments = {
            "BASE_IMAGE": base_image,
            # Any image will do where nothing is copied from it.
            "BEAM_IMAGE": (base_image or _default_base()) if without_beam_boot else beam_image,
            "BEAM_BOOT": "absent" if without_beam_boot else None,
            "TENSORFLOW": tensorflow,
            "PIP_INDEX_URL": index_url,
        }
        given = {name: value for name, value in arguments.items() if value}
        wanted = Wanted(tag=tag, arguments=given, certificates=certificates)
        found.build(wanted, PROJECT, show=lambda line: print(line, end="", file=sys.stderr))
        boot = ", without Beam's boot program: no Beam workers" if without_beam_boot else ""
        print(f"built {tag} with {found.name}{boot}")
    if sizes:
        _print_sizes(found, tag)


def _default_base() -> str:
    text = (PROJECT / "kubeflow/Dockerfile").read_text(encoding="utf-8")
    found = re.search(r"^ARG BASE_IMAGE=(\S+)", text, re.MULTILINE)
    assert found
    return found[1]


def _print_sizes(builder: Builder, tag: str) -> None:
    console = Console(highlight=False)
    with builder.saved(tag) as archive, console.status("measuring the layers"):
        layers = layers_of(archive)
    console.print(_table(layers))
    share = sum(layer.compressed for layer in layers) / STOCK_BYTES
    print(f"{share:.0%} of TFX's published image, which takes 6.7 GB (uncompressed)")


def _table(layers: list[Layer]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_footer=True)
    table.add_column("layer", "all", no_wrap=True, overflow="ellipsis", max_width=50)
    for header, total in (
        ("MB", sum(layer.size for layer in layers)),
        ("MB gzip", sum(layer.compressed for layer in layers)),
    ):
        table.add_column(header, _megabytes(total), justify="right", no_wrap=True, min_width=8)
    # buildah tells of a copy only the digest of what was copied; the Dockerfile says more.
    ours = _final_instructions()
    of_the_base = layers[: -len(ours)]
    names = [f"base: {layer.made_by}" for layer in of_the_base] + ours[-len(layers) :]
    for name, layer in zip(names, layers, strict=True):
        table.add_row(name, _megabytes(layer.size), _megabytes(layer.compressed))
    return table


def _final_instructions() -> list[str]:
    text = (PROJECT / "kubeflow/Dockerfile").read_text(encoding="utf-8")
    return re.findall(r"^(?:RUN|COPY) .+$", text.rpartition("\nFROM ")[2], re.MULTILINE)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


if __name__ == "__main__":
    run(command, "build_image.py")
