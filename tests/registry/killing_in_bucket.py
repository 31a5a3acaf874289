"""Kills a command at every write to a bucket, then runs it again; a script of its own.

Arguments: the base directory's URI, `push`, `promote` or `gc`, and n: at every n-th write. Prints
one JSON line a step: what stood in the bucket before, when the command was dead, and after it had
been run again, when the marks of the dead one did not count any more.
"""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import registry
from registry import Record, RegistryError, bucket_versions, lease
from registry.bucket import BucketPath
from registry.manifest import require_intact
from registry.models_config import change_entry
from registry.removing import remove_old
from registry.rollout import Rollout
from registry.versions import SAVED_MODEL

# Imported here, and used in children only: its threads do not outlive a fork.
__import__("s3fs")
__import__("gcsfs")


def main(uri, command, every):
    with tempfile.TemporaryDirectory() as folder:
        models = [make_model(Path(folder, name), name) for name in ("first", "second", "third")]
        run = {"push": push, "promote": promote, "gc": tidy}[command]
        for step in range(1, 100, int(every)):
            answer(lambda: prepare(uri, models, command))
            before = answer(lambda: state(uri))
            died = in_child(lambda step=step: killed_at(step, lambda: run(uri, models)))
            dead = answer(lambda: state(uri))
            if died == 0:
                break
            assert died == -signal.SIGKILL, died
            answer(lambda: forgotten(lambda: run(uri, models)))
            # Of a push that was killed when all was written, only the next one takes the mark.
            answer(lambda: forgotten(lambda: clear(uri)))
            after = answer(lambda: state(uri))
            told = {"before": before, "dead": dead, "after": after}
            sys.stdout.write(json.dumps(told) + "\n")


def make_model(folder, content):
    """As conftest's, which a script cannot import."""
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(content.encode() * 1000)
    (folder / "variables" / "variables.index").write_bytes(content.encode())
    return folder


def push(uri, models):
    registry.push(models[0], registry.base_of(uri), "taxi", Record())


def promote(uri, models):
    Rollout(registry.base_of(uri), "taxi").promote(2)


def tidy(uri, models):
    remove_old(registry.base_of(uri), "taxi", 1, None, lambda line: None)


def clear(uri):
    bucket_versions.remove_from_bucket(registry.base_of(uri) / "taxi", [])


def prepare(uri, models, command):
    """Three versions; stable is 1, and before a removal it has gone on to 3."""
    base = registry.base_of(uri)
    if command == "push" and registry.versions(base, "taxi"):
        return
    for name in base.files():
        (base / name).remove()
    for model in models:
        registry.push(model, base, "taxi", Record())
    Rollout(base, "taxi").label("stable", 1)
    if command == "gc":
        Rollout(base, "taxi").label("stable", 3)
        change_entry(base, "taxi", lambda entry: entry)


def state(uri):
    base = registry.base_of(uri)
    there = registry.versions(base, "taxi")
    damaged = []
    for version in there:
        with tempfile.TemporaryDirectory() as folder:
            try:
                registry.copy_version(base, "taxi", version, Path(folder))
                require_intact(Path(folder))
            except RegistryError as error:
                damaged.append(str(error))
    files = (base / "taxi").files()
    numbers = {name.partition("/")[0] for name in files if name[0] != "."}
    return {
        "versions": there,
        "labels": dict(registry.labels(base, "taxi")),
        "damaged": damaged,
        "leftovers": sorted(
            [n for n in files if n.startswith(".locks/")]
            + [n for n in numbers if f"{n}/{SAVED_MODEL}" not in files]
        ),
    }


def killed_at(step, run):
    """Counts the moment before each write; the marks are written, too."""
    left = step

    def dying(act):
        def call(*args):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args)

        return call

    for name in ("write", "upload", "remove", "replace"):
        setattr(BucketPath, name, dying(getattr(BucketPath, name)))
    run()


def forgotten(run):
    """As it is when the marks of others have not been renewed for long."""
    lease.alive = bucket_versions.alive = lambda marks, now: []
    run()


def answer(run):
    """Returns what it returns in a process of its own."""
    reading, writing = os.pipe()

    def tell():
        os.write(writing, json.dumps(run()).encode())

    code = in_child(tell)
    os.close(writing)
    with open(reading, "rb") as file:
        told = file.read()
    assert code == 0, code
    return json.loads(told)


def in_child(run):
    """Returns the exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
