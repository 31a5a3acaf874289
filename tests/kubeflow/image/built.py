"""Which image the tests use that need one, and why there is none.

    sudo kubeflow/imaging/debian_base.sh localhost/tfxp-base
    TFXP_TEST_BASE_IMAGE=localhost/tfxp-base make test ARGS=tests/kubeflow/image

TFXP_TEST_IMAGE names an image that is built already, to use instead.
"""

import os
import subprocess
import sys
from pathlib import Path

from imaging.building import NoBuilder, find_builder
from tests.kubeflow.image.containers import Image

PROJECT = Path(__file__).resolve().parents[3]
BASE = os.environ.get("TFXP_TEST_BASE_IMAGE")
BUILT = os.environ.get("TFXP_TEST_IMAGE")


def why_not() -> str:
    """Why the image cannot be built and used here; empty if it can."""
    if not (BASE or BUILT):
        return "TFXP_TEST_BASE_IMAGE names no base image of this machine to build on"
    try:
        find_builder()
    except NoBuilder as error:
        return str(error)
    return ""


def built_image() -> Image:
    """The image, built unless it is there."""
    if BUILT:
        return Image(find_builder(), BUILT)
    name = "localhost/tfxp-test"
    options = ["--base-image", str(BASE), "--without-beam-boot", "--no-sizes", "--tag", name]
    subprocess.run([sys.executable, PROJECT / "kubeflow/build_image.py", *options], check=True)
    return Image(find_builder(), name)
