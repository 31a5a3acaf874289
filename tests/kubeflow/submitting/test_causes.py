"""The end of a log says why a step did not end well."""

import subprocess
import sys
import textwrap

from submitting.causes import Cause, cause_in
from tests.kubeflow.manifests import PROJECT
from tests.kubeflow.submitting.runs import FAILED_LOG, REFUSED_LOG


def test_a_gates_word_is_a_refusal_with_all_its_lines():
    lines = ["accuracy 0.71 is below 0.80", "the slice payment_type=Cash is worst"]

    assert cause_in(REFUSED_LOG.splitlines()) == Cause("\n".join(lines), is_refusal=True)


def test_a_failure_is_none():
    assert cause_in(FAILED_LOG.splitlines()) == Cause("no space left on device")


def test_another_program_is_known_by_its_last_line():
    log = ["starting", "Killed", "", "F1129 12:00:02.000000      12 main.go:103] exit status 137"]

    assert cause_in(log) == Cause("Killed")


def test_a_driver_is_known_by_what_it_logs():
    log = ["F1129 12:00:02.000000      12 main.go:79] KFP driver: no claim tfxp-models"]

    assert cause_in(log) == Cause("KFP driver: no claim tfxp-models")


def test_of_a_cause_without_end_some_lines_are_shown():
    many = [f"line {number}" for number in range(50)]
    log = [*many, "Trainer failed: line 0"]

    assert cause_in(log).text.splitlines() == many[:12]
    assert len(cause_in(["x" * 10_000]).text) == 500


def test_an_empty_log_says_so():
    assert cause_in([]) == Cause("its log is empty")


def test_a_steps_own_last_words_are_understood():
    code = """
        import sys
        sys.path[:0] = [{kubeflow!r}, {project!r}]
        from stepping.supervising import supervise
        def work(scratch):
            (scratch / "cause").write_text("accuracy is low\\nsecond line")
            return {status}
        sys.exit(supervise("Pusher", work))
    """
    for status, is_refusal in ((3, True), (1, False)):
        text = textwrap.dedent(code).format(
            kubeflow=str(PROJECT / "kubeflow"), project=str(PROJECT), status=status
        )
        done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)

        assert done.returncode == status
        assert cause_in(done.stderr.splitlines()) == Cause(
            "accuracy is low\nsecond line", is_refusal
        )
