# Sourced by ./start and ./test, with the checkout as working folder. Gives them `python` and `install_locks`.

say() { printf '%s\n' "$*"; }
fail() { printf 'querent: %s\n' "$*" >&2; exit 1; }

# Prints the first Python that is new enough.
find_python() {
    for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

python=$(find_python) || fail "Python 3.11 or newer is needed, and there is none on PATH."

# Makes .venv if there is none that runs.
make_venv() {
    .venv/bin/python -c 'import sys' 2>/dev/null && return
    say "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 && return
    # Debian without python3-venv: the system's pip can fill an environment that has none.
    rm -rf .venv
    "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --without-pip .venv && return
    rm -rf .venv
    fail "this Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"
}

# Installs the given lock files, once for each content. Wheels only: no compiler is needed, no package's code is run.
install_locks() {
    make_venv
    stamp=".venv/installed-$(cat "$@" | cksum | tr ' ' '-')"
    [ -e "$stamp" ] && return
    say "Installing Python packages (minutes on a slow line)"
    pip=.venv/bin/python
    "$pip" -m pip --version >/dev/null 2>&1 || pip=$python
    options=
    for lock in "$@"; do options="$options -r $lock"; done
    # shellcheck disable=SC2086 # the lock names hold no blanks
    "$pip" -m pip --python .venv/bin/python install -qq --disable-pip-version-check --require-hashes \
        --only-binary :all: $options || fail "the packages could not be installed (see above). Run this again to retry."
    : >"$stamp"
}
