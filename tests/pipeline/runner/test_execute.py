"""What a step says while it works, as the process that runs it keeps it."""

import logging

from pipeline.runner.execute import _LastWords


def says(path):
    step = logging.Logger("a step")
    step.addHandler(_LastWords(path))
    return step


def test_the_last_words_are_kept(tmp_path):
    step = says(tmp_path / "progress")

    step.info("step %d", 20)
    step.info("step %d", 40)

    assert (tmp_path / "progress").read_text() == "step 40"


def test_words_that_cannot_be_written_stop_no_step(tmp_path):
    (tmp_path / "progress").mkdir()

    says(tmp_path / "progress").info("step 20")
    says(tmp_path / "absent" / "progress").info("step 20")

    assert not (tmp_path / "absent").exists()
