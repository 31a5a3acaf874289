"""What a machine and an installation must be like, judged from plain facts.

Each function judges one thing and returns a `Finding`; `examine` gathers the facts of this machine.
Nothing here imports TensorFlow or TFX, so the answer also comes where those do not load.
"""

import dataclasses
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = [
    "Finding",
    "Verdict",
    "bytes_of_memory",
    "c_library",
    "disk_space",
    "examine",
    "in_image",
    "keras_generation",
    "leftovers",
    "locked_versions",
    "memory",
    "optional_program",
    "packages",
    "python_version",
    "state_folder",
]

GIB = 1024**3

REBUILD = "rm -rf .venv && ./bootstrap.sh"
REBUILD_IMAGE = "make image, in a checkout, builds this image anew"
PYTHON = (3, 11)
OLDEST_GLIBC = Version("2.39")
# What TensorFlow itself takes for "yes" in TF_USE_LEGACY_KERAS.
LEGACY_KERAS_VALUES = frozenset({"1", "true", "True"})


class Verdict(StrEnum):
    """How a finding is meant: only FAIL makes `tfxp doctor` end with an error."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the table; whatever is not OK says what to do about it."""

    verdict: Verdict
    what: str
    found: str
    remedy: str = ""


def python_version(version: tuple[int, int, int], executable: str) -> Finding:
    """Judges the interpreter by its version alone."""
    found = f"{'.'.join(map(str, version))} ({executable})"
    if version[:2] == PYTHON:
        return Finding(verdict=Verdict.OK, what="Python", found=found)
    return Finding(
        verdict=Verdict.FAIL,
        what="Python",
        found=found,
        remedy="TFX 1.21 needs Python 3.11: install it, then ./bootstrap.sh",
    )


def c_library(glibc: str | None, system: str, runtime: Path, mapped_files: str) -> Finding:
    """Judges the C library that this process runs on.

    Args:
        glibc: Its version, None where the library is another one.
        system: The kernel's name, as `platform.system` gives it.
        runtime: Where bootstrap.sh puts a private C runtime.
        mapped_files: The kernel's list of the files that this process has loaded.
    """
    if system == "Darwin":
        return Finding(verdict=Verdict.OK, what="C library", found="macOS")
    if glibc is None:
        return Finding(
            verdict=Verdict.FAIL,
            what="C library",
            found="not glibc",
            remedy="use a container or a system with glibc 2.39 or newer",
        )
    origin = "private, .runtime" if f"{runtime}/" in mapped_files else "the system's"
    found = f"glibc {glibc} ({origin})"
    if Version(glibc) >= OLDEST_GLIBC:
        return Finding(verdict=Verdict.OK, what="C library", found=found)
    return Finding(
        verdict=Verdict.FAIL,
        what="C library",
        found=found,
        remedy=f"the wheels need glibc {OLDEST_GLIBC}: {REBUILD}, then use .venv/bin/tfxp",
    )


def leftovers(names: Iterable[str]) -> Finding:
    """Judges what lies in the checkout although nothing uses it any more."""
    found = " ".join(sorted(names))
    if not found:
        return Finding(verdict=Verdict.OK, what="leftovers", found="none")
    return Finding(
        verdict=Verdict.WARN,
        what="leftovers",
        found=found,
        remedy=f"unless bootstrap.sh is running now: rm -rf {found}",
    )


def locked_versions(lock: str) -> dict[str, str]:
    """Reads the versions that a lock file pins for this platform, by canonical name."""
    lines = (line.rstrip("\\ \n") for line in lock.splitlines() if line[:1].isalnum())
    requirements = (Requirement(line) for line in lines)
    return {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate()
    }


def packages(locked: Mapping[str, str], installed: Mapping[str, str]) -> Finding:
    """Compares the installed versions with the pinned ones."""
    strays = [
        f"{name} {installed.get(name, 'missing')} (locked: {version})"
        for name, version in sorted(locked.items())
        if installed.get(name) != version
    ]
    if not locked:
        return Finding(
            verdict=Verdict.WARN,
            what="packages",
            found="no requirements.lock beside the code",
            remedy="run it from a checkout to compare the versions",
        )
    if not strays:
        return Finding(
            verdict=Verdict.OK, what="packages", found=f"all {len(locked)} as in requirements.lock"
        )
    more = f" and {len(strays) - 3} more" if len(strays) > 3 else ""
    return Finding(
        verdict=Verdict.FAIL, what="packages", found=", ".join(strays[:3]) + more, remedy=REBUILD
    )


def keras_generation(version: str | None, environ: Mapping[str, str]) -> Finding:
    """Judges whether `keras` will be Keras 3 on TensorFlow, in which the models are written."""
    found = f"Keras {version or 'missing'}"
    legacy = environ.get("TF_USE_LEGACY_KERAS", "")
    backend = environ.get("KERAS_BACKEND") or "tensorflow"
    if legacy in LEGACY_KERAS_VALUES:
        found, remedy = f"{found}, but TF_USE_LEGACY_KERAS={legacy}", "unset TF_USE_LEGACY_KERAS"
    elif backend != "tensorflow":
        found, remedy = f"{found}, but KERAS_BACKEND={backend}", "unset KERAS_BACKEND"
    elif version is None or not version.startswith("3."):
        remedy = REBUILD
    else:
        return Finding(verdict=Verdict.OK, what="Keras", found=found)
    return Finding(verdict=Verdict.FAIL, what="Keras", found=found, remedy=remedy)


def disk_space(free: int, folder: Path) -> Finding:
    """Judges the bytes that are free where runs and models go."""
    found = f"{free / GIB:.1f} GB free in {folder}"
    if free >= 5 * GIB:
        return Finding(verdict=Verdict.OK, what="disk", found=found)
    return Finding(
        verdict=Verdict.FAIL if free < GIB else Verdict.WARN,
        what="disk",
        found=found,
        remedy="free at least 5 GB; `make clean` deletes all runs and models",
    )


def state_folder(folder: Path) -> Finding:
    """Judges whether the folder of all state can be written, or made where it is missing."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(verdict=Verdict.OK, what="state", found=f"{folder} can be written")
    return Finding(
        verdict=Verdict.FAIL,
        what="state",
        found=f"{nearest} cannot be written",
        remedy=f'make it a folder of yours: sudo chown -R "$(id -un)" {nearest}',
    )


def memory(total: int) -> Finding:
    """Judges the bytes of memory that this process may use at most."""
    found = f"{total / GIB:.1f} GB"
    if total >= 4 * GIB:
        return Finding(verdict=Verdict.OK, what="memory", found=found)
    return Finding(
        verdict=Verdict.FAIL if total < 2 * GIB else Verdict.WARN,
        what="memory",
        found=found,
        remedy="give the machine or the container at least 4 GB",
    )


def bytes_of_memory(physical: int, limit: str) -> int:
    """The smaller of the machine's memory and the control group's limit ("max" is none)."""
    return min(physical, int(limit)) if limit.strip().isdigit() else physical


def optional_program(name: str, path: str | None, needed_for: str) -> Finding:
    """Reports a program that only some uses need: its absence is no fault."""
    found = path or f"absent, needed only for {needed_for}"
    return Finding(verdict=Verdict.OK, what=name, found=found)


def in_image(finding: Finding) -> Finding:
    """The finding as it helps in a container, which is mended from outside."""
    remedy = REBUILD_IMAGE if REBUILD in finding.remedy else finding.remedy
    return dataclasses.replace(finding, remedy=remedy)


def examine(checkout: Path, state: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Gathers the facts of this machine and judges them one by one.

    Args:
        checkout: The folder with requirements.lock and, where there is one, the private runtime;
            the container image holds one without bootstrap.sh.
        state: The folder that runs, models and logs go to.
        environ: The environment that a run would have.
    """
    findings = _findings(checkout, state, environ)
    return findings if (checkout / "bootstrap.sh").exists() else map(in_image, findings)


def _findings(checkout: Path, state: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    installed = _installed_versions()
    mapped_files = _text(Path("/proc/self/maps"))
    lock = _text(checkout / "requirements.lock")
    yield python_version(sys.version_info[:3], sys.executable)
    yield c_library(_glibc(), platform.system(), checkout / ".runtime", mapped_files)
    yield leftovers(_unused(checkout, mapped_files))
    yield packages(locked_versions(lock), installed)
    yield keras_generation(installed.get("keras"), environ)
    existing = next(place for place in (state, *state.parents) if place.exists())
    yield disk_space(shutil.disk_usage(existing).free, existing)
    yield state_folder(state)
    yield memory(_available_memory())
    yield optional_program("Java", shutil.which("java"), "Beam on Flink or Spark")
    builder = shutil.which("docker") or shutil.which("buildah")
    yield optional_program("Docker or buildah", builder, "building the cluster's image")


def _installed_versions() -> dict[str, str]:
    return {
        canonicalize_name(distribution.name): distribution.version
        for distribution in importlib.metadata.distributions()
    }


def _glibc() -> str | None:
    try:
        name = os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        return None
    return name.removeprefix("glibc ") if name else None


def _unused(checkout: Path, mapped_files: str) -> Iterator[str]:
    for name in (".runtime.partial", ".venv.partial", ".venv.old"):
        if (checkout / name).exists():
            yield name
    runtime = checkout / ".runtime"
    if runtime.exists() and f"{runtime}/" not in mapped_files:
        yield runtime.name


def _available_memory() -> int:
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return bytes_of_memory(physical, _text(Path("/sys/fs/cgroup/memory.max")))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
