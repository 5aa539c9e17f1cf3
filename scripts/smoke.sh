#!/usr/bin/env sh
# Places one order on a running system and follows it to its end. The exit code tells: 0 when all went well.
#   API_URL        http://localhost:8000
#   PROCESSOR_URL  http://localhost:9090; set it empty where the processor cannot be reached from outside
set -eu
api=${API_URL:-http://localhost:8000}
processor=${PROCESSOR_URL-http://localhost:9090}

fail() {
  echo "smoke: $1" >&2
  exit 1
}

# The value of one top-level field of the JSON on standard input.
field() {
  node -e '
    const value = JSON.parse(require("node:fs").readFileSync(0, "utf8"))[process.argv[1]];
    if (value === undefined) process.exit(1);
    console.log(value);
  ' "$1"
}

call() {
  curl --silent --show-error --fail-with-body --max-time 10 "$@"
}

body='{"user_id":"smoke","amount":999}'
login=${SMOKE_LOGIN:-'{"user_id":"smoke"}'}

call "$api/ready" >/dev/null || fail "the API at $api is not ready: start it with scripts/quickstart.sh --detach"
token=$(call -X POST "$api/login" -H 'content-type: application/json' -d "$login" | field access_token) ||
  fail 'login failed'
order=$(call -X POST "$api/orders" -H "authorization: Bearer $token" -H 'content-type: application/json' -d "$body") ||
  fail "the order was not accepted: $order"
poll_url=$(echo "$order" | field poll_url) || fail "the answer has no poll_url: $order"
echo "smoke: order $(echo "$order" | field order_id) accepted"

tries=0
status=PENDING
while [ "$status" = PENDING ] || [ "$status" = PROCESSING ]; do
  tries=$((tries + 1))
  [ "$tries" -le 100 ] || fail "the order is still $status"
  sleep 0.1
  status=$(call "$poll_url" | field status) || fail 'the poll failed'
done
[ "$status" = COMPLETED ] || fail "the order ended as $status"
echo "smoke: order $status"

if [ -n "$processor" ]; then
  call "$processor/health" >/dev/null || fail "the processor at $processor is not healthy"
  call "$processor/metrics" | grep 'orders_processed_total.*status="success"' || fail 'the processor counted no order'
fi
echo 'smoke: passed'
