#!/usr/bin/env bash
# Installs what the tests start: PostgreSQL, Redis, Chromium with fonts, libarchive. As root on Debian/Ubuntu it does so; otherwise
# it says exactly what to install. Tests whose program is still absent are skipped, with the reason.
set -euo pipefail
missing=()

has_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_postgres || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
[ -d /usr/share/fonts/truetype/liberation ] || missing+=(fonts-liberation)
has_libarchive() { ldconfig -p 2>/dev/null | grep -q 'libarchive\.so\.13'; }
has_libarchive && [ ${#missing[@]} = 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # Newer releases have renamed the library; only the package lists can tell.
  has_libarchive || missing+=("$(apt-cache show libarchive13t64 >/dev/null 2>&1 && echo libarchive13t64 || echo libarchive13)")
  echo "Installing ${missing[*]}"
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  has_libarchive || missing+=("libarchive13 (libarchive13t64 on newer releases)")
  echo "For the full test run install: sudo apt-get install ${missing[*]}" >&2
  echo "Going on without; what needs them is skipped, with the reason." >&2
fi
