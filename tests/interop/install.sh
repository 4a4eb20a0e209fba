#!/usr/bin/env bash
# Makes the venv of the interop client and prints its python. Usage: tests/interop/install.sh [VENV], by default target/interop.
# Needs python3 with venv (Debian: python3-venv) and a PyPI index. Done once; done again when requirements.txt changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${1:-$here/../../target/interop}
stamp=$venv/requirements.txt
if ! cmp -s "$here/requirements.txt" "$stamp"; then
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
  "$venv/bin/python" -m pip check >&2
  cp "$here/requirements.txt" "$stamp"
fi
printf '%s\n' "$(cd "$venv" && pwd)/bin/python"
