#!/bin/sh
# The image's entry point. A runner of Beam starts a worker with flags (--id=…, --worker_pool), as its
# container contract has it; a person gives a command, and Kubeflow replaces this script by its own.
set -eu

boot=/opt/apache/beam/boot

case ${1-} in
  '') set -- tfxp --help ;;
  -*)
    if [ ! -x "$boot" ]; then
      echo "error: this image was built without Beam's boot program (BEAM_BOOT=absent), so it cannot" \
        "be a Beam worker; build it anew with --build-arg BEAM_IMAGE=docker.io/apache/beam_python3.11_sdk" >&2
      exit 1
    fi
    exec "$boot" "$@"
    ;;
esac
cd /app
exec "$@"
