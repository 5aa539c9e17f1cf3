#!/usr/bin/env sh
# Sets up and runs the whole system. Ctrl-C stops it.
#   quickstart.sh            in the foreground
#   quickstart.sh --detach   in the background; returns when it is ready
#   quickstart.sh --stop     stops the one in the background
#
#   SKIP_SETUP=1   runs what is installed and built already
#   STATE_DIR      where the one in the background keeps its process id and its log: .local
set -eu
cd "$(dirname "$0")/.."
program=$(pwd -P)/local/dist/main.js
state=${STATE_DIR:-.local}
pid_file=$state/stack.pid
log_file=$state/stack.log

setup() {
  [ -n "${SKIP_SETUP:-}" ] || ./scripts/setup.sh
}

# Prints the command line of a process; nothing when it does not exist or is a zombie.
command_of() {
  if [ -d /proc/self ]; then
    { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true
  else
    ps -o args= -p "$1" 2>/dev/null || true
  fi
}

# Succeeds when the stack runs in the background; sets pid. A stale file may name a process of another program.
running() {
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  case $pid in
    '' | *[!0-9]*) return 1 ;;
  esac
  case $(command_of "$pid") in
    *"$program"*) return 0 ;;
    *) return 1 ;;
  esac
}

stop() {
  if ! running; then
    echo 'quickstart: nothing runs in the background'
    rm -f "$pid_file"
    return
  fi
  kill -TERM "$pid" 2>/dev/null || true
  tries=0
  while running; do
    tries=$((tries + 1))
    [ "$tries" -le 900 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.2
  done
  rm -f "$pid_file"
  echo 'quickstart: stopped'
}

# Starts the stack in a session of its own, out of reach of this terminal's Ctrl-C, and prints its process id.
launch() {
  node_modules/.bin/node -e '
    const [program, log] = process.argv.slice(1);
    const output = require("node:fs").openSync(log, "w");
    const options = { detached: true, stdio: ["ignore", output, output] };
    const child = require("node:child_process").spawn(process.execPath, [program], options);
    child.unref();
    console.log(child.pid);
  ' "$program" "$log_file"
}

detach() {
  if running; then
    echo "quickstart: it runs in the background already (process $pid); see $log_file"
    return
  fi
  mkdir -p "$state"
  launch >"$pid_file"
  until grep -q '^Ready\.' "$log_file"; do
    if ! running; then
      echo 'quickstart: the stack did not start:' >&2
      tail -n 20 "$log_file" >&2
      rm -f "$pid_file"
      exit 1
    fi
    sleep 0.2
  done
  sed -n '/^Ready\./,/^  scoring/p' "$log_file"
  echo "Logs: $log_file. Stop it with scripts/quickstart.sh --stop"
}

case "${1:-}" in
  '')
    setup
    exec node_modules/.bin/node "$program"
    ;;
  --detach)
    setup
    detach
    ;;
  --stop)
    stop
    ;;
  *)
    echo "quickstart: unknown option $1: use --detach, --stop, or none" >&2
    exit 2
    ;;
esac
