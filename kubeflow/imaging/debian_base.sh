#!/usr/bin/env bash
# Makes a base image from Debian's packages and a Python 3.11 of this machine, where no registry of
# images can be reached: debootstrap brings Debian 13, buildah imports it.
#
#   sudo kubeflow/imaging/debian_base.sh [NAME]        NAME is localhost/tfxp-base unless given
#
# PYTHON=/path/to/python3.11 chooses the interpreter: one with a prefix of its own (pyenv, uv,
# /usr/local), as a distribution's own is woven into the libraries of that distribution.
# MIRROR=http://… chooses Debian's mirror.
set -euo pipefail

name=${1:-localhost/tfxp-base}
mirror=${MIRROR:-http://deb.debian.org/debian}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Prints the prefix and the shared library's folder of a Python 3.11 that can be copied.
prefix_of() { # COMMAND
  "$1" -I -c '
import sys
if sys.version_info[:2] != (3, 11) or sys.base_prefix == "/usr":
    sys.exit(1)
print(sys.base_prefix)' 2>/dev/null
}

find_prefix() {
  local candidate
  for candidate in ${PYTHON:-$(type -aP python3.11) "${HOME-}"/.pyenv/versions/3.11.*/bin/python3.11}; do
    if prefix_of "$candidate"; then return; fi
  done
  die "no Python 3.11 with a prefix of its own (a distribution's will not do);" \
    "install one with pyenv or uv, or name it: PYTHON=/path/to/python3.11"
}

[ "$(id -u)" = 0 ] || die 'debootstrap needs root'
for tool in debootstrap buildah; do
  type -P "$tool" >/dev/null || die "$tool is missing; apt-get install debootstrap buildah"
done
prefix=$(find_prefix)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The libraries that the standard library's own modules are linked with.
libraries=ca-certificates,libbz2-1.0,libffi8,liblzma5,libncursesw6,libreadline8t64,libsqlite3-0
debootstrap --variant=minbase --include="$libraries,libssl3t64,libuuid1,zlib1g" \
  trixie "$work/root" "$mirror"
rm -rf "$work"/root/var/{lib/apt/lists,cache/apt,log}/* \
  "$work"/root/usr/share/{doc,man,info,locale}/*

mkdir -p "$work"/root/usr/local/{bin,lib,include}
cp -L "$prefix/bin/python3.11" "$work/root/usr/local/bin/python3.11"
ln -s python3.11 "$work/root/usr/local/bin/python3"
ln -s python3.11 "$work/root/usr/local/bin/python"
cp -P "$prefix"/lib/libpython3*.so* "$work/root/usr/local/lib/" 2>/dev/null || true
cp -a "$prefix/include/python3.11" "$work/root/usr/local/include/"
tar -C "$prefix/lib" --exclude=__pycache__ --exclude='python3.11/site-packages/*' \
  --exclude='python3.11/test' --exclude='python3.11/*/test*' --exclude='python3.11/idlelib' \
  --exclude='python3.11/tkinter' --exclude='python3.11/lib2to3' --exclude='*.a' \
  -cf - python3.11 | tar -C "$work/root/usr/local/lib" --no-same-owner -xf -
chroot "$work/root" ldconfig
chroot "$work/root" /usr/local/bin/python3.11 -I -m compileall -qq /usr/local/lib/python3.11 \
  --invalidation-mode unchecked-hash
chroot "$work/root" /usr/local/bin/python3.11 -I -c \
  'import bz2, ctypes, decimal, ensurepip, lzma, readline, sqlite3, ssl, uuid, venv, zlib'

tar -C "$work/root" -cf "$work/root.tar" .
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/root.tar" / >/dev/null
buildah config --env 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$container"
buildah commit --quiet --rm "$container" "$name"
printf 'made %s from Debian trixie and the Python of %s\n' "$name" "$prefix"
