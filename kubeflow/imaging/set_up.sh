#!/bin/sh
# Prepares the base's Python and its user for the layers that are copied onto it.
set -eu

python=$(command -v python3.11)
site=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# What the base brings (pip, its own setuptools) would hide the locked packages.
rm -rf "$site" "$(dirname "$python")"/pip* "$(dirname "$python")"/wheel
mkdir -p "$site"
# A line here holds for `python -I` and within the virtual environment of a Beam worker too,
# which PYTHONPATH and an environment of our own would not.
echo "import site; site.addsitedir('/opt/tfxp/packages')" >"$site/tfxp.pth"
# Beam's boot program says `python`.
for name in python python3; do
  [ "$(command -v $name || true)" ] || ln -s "$python" "/usr/local/bin/$name"
done
# Its virtual environment goes here, whoever the user is.
install -d -m 1777 /opt/apache/beam-venv
# A name for the user; any other number works without.
echo 'tfxp:x:10001:0:tfxp:/tmp:/usr/sbin/nologin' >>/etc/passwd
