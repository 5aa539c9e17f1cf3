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

# Installs one system package, named as in apt, dnf, apk and brew. Returns an error where none of them can be used.
install_package() {
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v brew >/dev/null; then
    brew install --quiet "$4"
    return
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=sudo
  else
    return 1
  fi
  if command -v apt-get >/dev/null; then
    $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1"
  elif command -v dnf >/dev/null; then
    $as_root dnf install -y -q "$2"
  elif command -v apk >/dev/null; then
    $as_root apk add --quiet "$3"
  else
    return 1
  fi
}

has_redis() { command -v redis-server >/dev/null; }

has_chromium() {
  for program in chromium chromium-browser google-chrome; do
    ! command -v "$program" >/dev/null || return 0
  done
  [ -x '/Applications/Chromium.app/Contents/MacOS/Chromium' ]
}

if ! has_redis; then
  echo 'setup: installing redis-server'
  install_package redis-server redis redis redis >/dev/null 2>&1 || true
  has_redis ||
    echo 'setup: redis-server could not be installed; the stack runs without it, the tests need it (install the package "redis")' >&2
fi
if ! command -v promtool >/dev/null || ! command -v prometheus >/dev/null; then
  echo 'setup: installing prometheus'
  install_package prometheus prometheus prometheus prometheus >/dev/null 2>&1 || true
  command -v prometheus >/dev/null ||
    echo 'setup: prometheus could not be installed; only the tests of the alerts and --observability need it (install the package "prometheus")' >&2
fi
if ! has_chromium; then
  echo 'setup: installing chromium'
  install_package chromium chromium chromium chromium >/dev/null 2>&1 || true
  has_chromium ||
    echo 'setup: chromium could not be installed; only the tests of the pages in a browser need it (install the package "chromium")' >&2
fi

npm run --silent build
echo 'setup: done'
