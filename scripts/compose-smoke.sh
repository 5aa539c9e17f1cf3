#!/usr/bin/env sh
# Starts compose.yaml's containers, places an order on them, and removes them again. Needs Docker with compose.
#   --keep  leaves the containers running
set -eu
cd "$(dirname "$0")/.."

cleanup() {
  code=$?
  trap - EXIT
  [ "$code" = 0 ] || docker compose logs --no-color --tail 50
  docker compose down --volumes --timeout 35
  exit "$code"
}
[ "${1:-}" = --keep ] || trap cleanup EXIT

docker compose config --quiet
docker compose up --build --detach
# It ends when the small catalogue is on sale, which needs the queues, the tables and the scoring services.
docker compose wait catalogue
tries=0
until curl --silent --fail --max-time 5 http://localhost:8000/ready >/dev/null &&
  curl --silent --fail --max-time 5 http://localhost:9090/ready >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -le 60 ] || { echo 'compose-smoke: the services are not ready after a minute' >&2; exit 1; }
  sleep 1
done
./scripts/smoke.sh
