#!/usr/bin/env sh
# Sets up and runs the whole system. Ctrl-C stops it.
#   quickstart.sh            in the foreground
#   quickstart.sh --detach   in the background; returns when it is ready
#   quickstart.sh --stop     stops the one in the background
set -eu
cd "$(dirname "$0")/.."
pid_file=.local/stack.pid
log_file=.local/stack.log

running() {
  [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null
}

stop() {
  if ! running; then
    echo 'quickstart: nothing runs in the background'
    rm -f "$pid_file"
    return
  fi
  pid=$(cat "$pid_file")
  kill -TERM "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  rm -f "$pid_file"
  echo 'quickstart: stopped'
}

detach() {
  if running; then
    echo "quickstart: it runs in the background already (process $(cat "$pid_file")); see $log_file"
    return
  fi
  mkdir -p .local
  nohup node_modules/.bin/node local/dist/main.js >"$log_file" 2>&1 </dev/null &
  echo $! >"$pid_file"
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
    ./scripts/setup.sh
    exec node_modules/.bin/node local/dist/main.js
    ;;
  --detach)
    ./scripts/setup.sh
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
