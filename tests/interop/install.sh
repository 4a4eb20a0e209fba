#!/usr/bin/env bash
# Installs the interop clients, says what it installs, and prints the python of the venv.
# Usage: tests/interop/install.sh [--clients] [--large] [FOLDER], by default target/interop.
#   (nothing)   the venv with zeep and suds; needs python3 with venv (Debian: python3-venv) and a PyPI index
#   --clients   the other clients of the matrix too: Debian packages (as root) and npm packages as locked beside the clients
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
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
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
  command -v node >/dev/null || debian nodejs npm
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || { say "node-soap needs Node 20 or newer"; exit 1; }
  command -v javac >/dev/null || debian default-jdk-headless
  npm_client node-soap
  npm_client strong-soap
fi
if [ -n "$large" ]; then
  debian mono-devel mono-mcs libaxis-java
fi
printf '%s\n' "$(cd "$folder" && pwd)/bin/python"
