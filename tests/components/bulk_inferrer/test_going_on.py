"""A batch that was stopped is gone on with, and one of other rows or another model is not."""

import fcntl
import os
import resource

import pytest

from components.errors import InputError

pytestmark = pytest.mark.slow

PARTS = 2000


@pytest.fixture
def half(batch):
    """A batch of some parts of which the second is not there, as when it was killed."""
    batch.write("fare,hour\n" + "".join(f"{number},1\nx,1\n" for number in range(600)))
    batch.first = batch.run(part_bytes=PARTS)
    batch.whole = batch.values()
    assert batch.first.plan.parts > 2
    for name in ("_SUCCESS.json", "_rejected.parquet"):
        (batch.out / name).unlink()
    parts = sorted(batch.out.glob("part-*"))
    parts[1].unlink()
    batch.kept = {path.name: path.stat().st_ino for path in (parts[0], *parts[2:])}
    return batch


def still_there(batch):
    return {
        name
        for name, inode in batch.kept.items()
        if (batch.out / name).exists() and (batch.out / name).stat().st_ino == inode
    }


def test_finished_parts_are_not_computed_again(half):
    # What a finished batch no longer has, a stopped one still has: rejects in a file a part.
    half.first = None
    summary = half.run(part_bytes=PARTS)

    assert still_there(half) == set(half.kept)
    assert half.begun.anew == ""
    assert half.values() == half.whole
    assert summary.predictions == 600


def test_the_counts_are_of_all_parts_however_often_it_was_stopped(half):
    summary = half.run(part_bytes=PARTS)

    assert (summary.rows_in, summary.predictions, summary.rejected) == (1200, 600, 600)


def test_a_part_that_is_damaged_is_computed_again(half):
    (half.out / next(iter(half.kept))).write_bytes(b"PAR1 cut off")

    half.run(part_bytes=PARTS)

    assert still_there(half) == set(list(half.kept)[1:])
    assert half.values() == half.whole


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"digest": "other"}, "the model changed"),
        ({"version": 8}, "the model changed"),
        ({"key": "fare"}, "the key column changed"),
    ],
)
def test_another_model_or_key_begins_anew(half, change, why):
    half.run(part_bytes=PARTS, **change)

    assert half.begun.anew == why
    assert half.begun.finished == {}


def test_other_rows_begin_anew(half):
    half.write("fare,hour\n5,1\n")

    half.run(part_bytes=PARTS)

    assert half.begun.anew == "the input and the number of parts changed"
    assert half.values() == pytest.approx({"rows.csv:0": 1.5})


def test_a_folder_that_holds_something_else_is_refused(batch):
    batch.write("fare\n1\n")
    batch.out.mkdir()
    (batch.out / "thesis.txt").write_text("years of work")

    with pytest.raises(InputError, match=r"holds something else: thesis\.txt; choose a folder"):
        batch.run()
    assert (batch.out / "thesis.txt").read_text() == "years of work"


def test_a_finished_batch_beside_something_else_is_refused_too(batch):
    batch.write("fare\n1\n")
    batch.run()
    (batch.out / "part-notes.parquet").write_text("mine")

    with pytest.raises(InputError, match=r"holds something else: part-notes\.parquet"):
        batch.run(digest="other")
    assert (batch.out / "part-00000-of-00001.parquet").exists()


def test_a_folder_of_parquet_files_without_a_plan_is_refused(batch):
    batch.write("fare\n1\n")
    batch.out.mkdir()
    (batch.out / "part-00000-of-00001.parquet").write_bytes(b"whose?")

    with pytest.raises(InputError, match="holds something else"):
        batch.run()


def test_two_batches_do_not_write_to_one_folder(batch):
    batch.write("fare\n1\n")
    batch.out.mkdir()
    other = os.open(batch.out, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    with pytest.raises(InputError, match="another batch is writing there"):
        batch.run()
    os.close(other)


def test_a_file_in_place_of_the_folder_is_refused(batch):
    batch.write("fare\n1\n")
    batch.out.write_text("a file")

    with pytest.raises(InputError, match="expected a folder to write to"):
        batch.run()


def test_a_disk_without_room_is_an_error_that_says_so_and_room_is_all_that_it_takes(batch):
    batch.write("fare\n" + "".join(f"{number / 7}\n" for number in range(40_000)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A limit on the size of files, which the system enforces as it does that of a disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(InputError, match=r"out: .*File too large; what is finished stays"):
            batch.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in batch.out.iterdir()] == ["_plan.json"]

    assert batch.run().predictions == 40_000
