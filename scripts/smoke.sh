#!/usr/bin/env sh
# Places one order on a running system and waits until it is final. The exit code is 0 on success.
#   API_URL        http://localhost:8000
#   PROCESSOR_URL  http://localhost:9090; set it empty where the processor cannot be reached from outside
set -eu
api=${API_URL:-http://localhost:8000}
processor=${PROCESSOR_URL-http://localhost:9090}

fail() {
  echo "smoke: $1" >&2
  exit 1
}

# Prints the value of one top-level field of the JSON on standard input.
field() {
  node -e '
    try {
      const value = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[process.argv[1]];
      if (value !== undefined) console.log(value);
      else process.exitCode = 1;
    } catch {
      process.exitCode = 1;
    }
  ' "$1"
}

call() {
  curl --silent --show-error --fail-with-body --max-time 10 "$@"
}

processed() {
  call "$processor/metrics" | grep '^orders_processed_total.*status="success"} [1-9]'
}

body='{"user_id":"smoke","amount":999}'
login=${SMOKE_LOGIN:-'{"user_id":"smoke"}'}

call "$api/ready" >/dev/null || fail "the API at $api is not ready: start it with scripts/quickstart.sh --detach"
answer=$(call -X POST "$api/login" -H 'content-type: application/json' -d "$login") || fail "login failed: $answer"
token=$(printf '%s' "$answer" | field access_token) || fail 'the response of the login has no access_token'
order=$(call -X POST "$api/orders" -H "authorization: Bearer $token" -H 'content-type: application/json' -d "$body") ||
  fail "the order was not accepted: $order"
poll_url=$(printf '%s' "$order" | field poll_url) || fail 'the response of the order has no poll_url'
echo "smoke: order $(printf '%s' "$order" | field order_id) accepted"

tries=0
status=PENDING
while [ "$status" = PENDING ] || [ "$status" = PROCESSING ]; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || fail "the order is still $status"
  sleep 0.1
  answer=$(call "$poll_url") || fail "the poll failed: $answer"
  status=$(printf '%s' "$answer" | field status) || fail "the order has no status: $answer"
done
[ "$status" = COMPLETED ] || fail "the order is $status"
echo "smoke: order $status"

if [ -n "$processor" ]; then
  call "$processor/health" >/dev/null || fail "the processor at $processor is not healthy"
  # An order is counted when it is settled, a moment after its outcome can be read.
  tries=0
  until processed; do
    tries=$((tries + 1))
    [ "$tries" -le 50 ] || fail 'the processor counted no order'
    sleep 0.1
  done
fi
echo 'smoke: passed'
