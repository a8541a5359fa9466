#!/usr/bin/env bash
# Creates the virtual environment and installs the locked dependencies and Longshelf itself into it.
#   tools/python.sh VENV LOCKFILE
set -euo pipefail
venv=$1 lock=$2
python=${PYTHON:-python3}

fail() { printf '%s\n' "$*" >&2; exit 1; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  fail "Longshelf needs Python 3.11 or newer; '$python' is not. Install it (apt-get install python3) or name one: make PYTHON=python3.12 …"
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  else
    fail "Python's venv module is missing. Install it: sudo apt-get install python3-venv"
  fi
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
