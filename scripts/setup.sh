#!/usr/bin/env sh
# Installs what the project needs and builds it. Running it again does only what is missing.
# Needs Node 20 or newer and npm; everything else comes from npm packages and the system's packages.
set -eu
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $1" >&2
  exit 1
}

command -v node >/dev/null || fail 'Node.js is not installed: install version 20 or newer (24 LTS is best)'
command -v npm >/dev/null || fail 'npm is not installed: it comes with Node.js'
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
  fail "Node.js $(node --version) is too old: install version 20 or newer (24 LTS is best)"

# The packages are installed again only when the lock file has changed.
stamp=node_modules/.installed-lock
if ! cmp -s package-lock.json "$stamp"; then
  echo 'setup: installing npm packages'
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$stamp"
fi
npm exec --no -- node --version | grep -q '^v24\.' ||
  fail 'the pinned Node 24 did not install: allow the install script of the npm package "node" and run setup again'

install_redis() {
  if command -v apt-get >/dev/null; then
    $1 apt-get update -qq && $1 env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server
  elif command -v dnf >/dev/null; then
    $1 dnf install -y -q redis
  elif command -v apk >/dev/null; then
    $1 apk add --quiet redis
  else
    return 1
  fi
}

if ! command -v redis-server >/dev/null; then
  echo 'setup: installing redis-server'
  log=$(mktemp)
  if [ "$(id -u)" = 0 ]; then
    install_redis '' >"$log" 2>&1 || true
  elif command -v brew >/dev/null; then
    brew install --quiet redis >"$log" 2>&1 || true
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    install_redis sudo >"$log" 2>&1 || true
  fi
  rm -f "$log"
  command -v redis-server >/dev/null ||
    echo 'setup: redis-server could not be installed; the stack runs without it, the tests need it (install the package "redis")' >&2
fi

npm run --silent build
echo 'setup: done'
