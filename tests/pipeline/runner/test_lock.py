"""One run at a time on one metadata store."""

import os
import subprocess
import sys

import pytest

from pipeline.errors import RunLocked
from pipeline.runner.lock import run_lock


def test_a_second_holder_is_told_who_holds_the_lock(tmp_path):
    store = tmp_path / "metadata.sqlite"
    code = (
        "import sys, pathlib; from pipeline.runner.lock import run_lock;"
        "lock = run_lock(pathlib.Path(sys.argv[1])); lock.__enter__();"
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"

    with pytest.raises(RunLocked) as raised, run_lock(store):
        pass

    assert str(raised.value) == (
        f"another run (process {holder.pid}) is using {store}; "
        "wait until it ends, or stop it, and run again"
    )
    holder.kill()
    holder.wait()
    with run_lock(store):
        assert (tmp_path / "metadata.sqlite.lock").read_text() == str(os.getpid())
