#!/bin/sh
# Ends the build at its first step where the base image cannot carry TFX 1.21, and says why.
set -eu

die() {
  echo "error: the base image $*; choose another: BASE_IMAGE=docker.io/library/python:3.11-slim-trixie" >&2
  exit 1
}

command -v python3.11 >/dev/null || die 'has no python3.11 on PATH, which TFX 1.21 needs'
# Prints nothing where all is well.
fault=$(python3.11 -I -c '
import importlib, os
try:
    found = os.confstr("CS_GNU_LIBC_VERSION").split()
except (AttributeError, OSError, ValueError):
    found = ["another", "C library"]
if found[0] != "glibc" or tuple(map(int, found[1].split("."))) < (2, 39):
    print("has", *found, end="; the wheels of TFX 1.21 need glibc 2.39 or newer\n")
for module in ("ctypes", "ensurepip", "lzma", "sqlite3", "ssl", "venv", "zlib"):
    try:
        importlib.import_module(module)
    except ImportError as error:
        print(f"has a Python without the module {module}: {error}")') || die 'has a python3.11 that does not run'
[ -z "$fault" ] || die "$(printf '%s\n' "$fault" | head -n 1)"
