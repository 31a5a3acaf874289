"""Makes the installed packages of the image smaller, by the list in left_out.toml beside this file.

Run while the image is built, by the base's bare Python:

    left_out.py lock --tensorflow BUILD    prints the lock file of what the image installs
    left_out.py files FOLDER               takes away files and symbol tables below FOLDER
    left_out.py bytecode ROOT              compiles what will lie at / and lies below ROOT now
"""

import argparse
import compileall
import py_compile
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["doomed_files", "image_lock", "requirements_of"]

HERE = Path(__file__).parent
TENSORFLOW = "tensorflow"


def requirements_of(lock: str) -> dict[str, list[str]]:
    """The entries of a lock file by name, each with its lines of hashes and without comments.

    A name that is locked in several versions, for several platforms, has one text for each.
    """
    entries: dict[str, list[str]] = {}
    for text in re.split(r"\n(?=[A-Za-z0-9])", "\n" + lock):
        lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
        if lines and lines[0][0].isalnum():
            name = re.split(r"[^A-Za-z0-9._-]", lines[0])[0]
            entries.setdefault(name, []).append("\n".join(lines))
    return entries


def image_lock(
    lock: str, left_out: Mapping[str, str], tensorflow: str, other_builds: Mapping[str, list[str]]
) -> str:
    """The lock file of the image: without what is left out, with the chosen build of TensorFlow.

    Raises:
        ValueError: A distribution to be left out is not in the lock, or the build is unknown.
    """
    entries = requirements_of(lock)
    strangers = sorted(left_out.keys() - entries)
    if strangers:
        raise ValueError(f"left_out.toml names what requirements.lock has not: {strangers}")
    if tensorflow != TENSORFLOW and tensorflow not in other_builds:
        known = ", ".join((*sorted(other_builds), TENSORFLOW))
        raise ValueError(f"TENSORFLOW={tensorflow} is no build of TensorFlow; known: {known}")
    if tensorflow != TENSORFLOW:
        entries[TENSORFLOW] = other_builds[tensorflow]
    texts = [text for name in entries if name not in left_out for text in entries[name]]
    return "\n".join(texts) + "\n"


def doomed_files(
    packages: Path, patterns: Mapping[str, str], only: Mapping[str, list[str]]
) -> Iterator[Path]:
    """The files and folders below `packages` that the patterns name.

    Raises:
        ValueError: A pattern matches nothing: the package has changed, and so must the list.
    """
    for pattern in patterns:
        found = list(packages.glob(pattern.removesuffix("/**")))
        if not found:
            raise ValueError(f"left_out.toml: {pattern!r} matches nothing; remove or correct it")
        yield from found
    for pattern, kept in only.items():
        found = list(packages.glob(pattern))
        missing = set(kept) - {place.name for place in found}
        if missing:
            raise ValueError(f"left_out.toml: {pattern!r} has no {sorted(missing)} to keep")
        yield from (place for place in found if place.name not in kept)


def _print_lock(tensorflow: str) -> None:
    listed = tomllib.loads((HERE / "left_out.toml").read_text())
    others = requirements_of((HERE / "tensorflow-cpu.lock").read_text())
    lock = (HERE / "requirements.lock").read_text()
    sys.stdout.write(image_lock(lock, listed["distributions"], tensorflow, others))


def _take_away(packages: Path) -> None:
    listed = tomllib.loads((HERE / "left_out.toml").read_text())
    before = _size(packages)
    for place in list(doomed_files(packages, listed["files"], listed["only"])):
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    files = _size(packages)
    libraries = [
        place
        for pattern in listed["symbols"]
        for place in packages.glob(pattern)
        if place.is_file() and not place.is_symlink()
    ]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)
    # The commands of all packages, and their pages of manual.
    for name in ("bin", "share"):
        shutil.rmtree(packages / name, ignore_errors=True)
    (packages / ".lock").unlink(missing_ok=True)
    print(
        f"left out {(before - files) >> 20} MiB of files, {(files - _size(packages)) >> 20} MiB"
        " of symbol tables and commands"
    )


def _compile(root: Path) -> None:
    """Compiles so that no import looks at the date of a source, which copying may change."""
    compileall.compile_dir(
        root,
        quiet=2,
        workers=0,
        stripdir=str(root),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _size(folder: Path) -> int:
    return sum(place.lstat().st_size for place in folder.rglob("*") if place.is_file())


def main() -> None:
    """Runs one of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lock").add_argument("--tensorflow", required=True)
    commands.add_parser("files").add_argument("folder", type=Path)
    commands.add_parser("bytecode").add_argument("root", type=Path)
    options = parser.parse_args()
    try:
        match options.command:
            case "lock":
                _print_lock(options.tensorflow)
            case "files":
                _take_away(options.folder)
            case _:
                _compile(options.root)
    except ValueError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
