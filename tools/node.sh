#!/usr/bin/env bash
# Checks that Node.js can build the UI; installs Debian's when allowed to and there is none.
set -euo pipefail
good() { command -v node >/dev/null && command -v npm >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)'; }

good && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! command -v node >/dev/null; then
  apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null
  good && exit 0
fi
echo "Building the UI needs Node.js 20.19 or newer with npm; found: $(node --version 2>/dev/null || echo none). Install it from your distribution or nodejs.org." >&2
exit 1
