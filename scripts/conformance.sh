#!/usr/bin/env sh
# Tests a running API against its OpenAPI document with schemathesis (https://schemathesis.readthedocs.io), from PyPI.
#   npm run conformance              starts the local stack, with wide quotas, and stops it afterwards
#   API_URL=http://localhost:8000 npm run conformance
#   MAX_EXAMPLES    generated cases per operation, 50 without it
# Needs Python 3.10 or newer. schemathesis is installed into .local/conformance, and nowhere else.
set -eu
root=$(CDPATH= cd "$(dirname "$0")/.." && pwd)
cd "$root"
environment=.local/conformance
version=4.32.5

command -v python3 >/dev/null || {
  echo 'conformance: python3 is missing; install Python 3.10 or newer' >&2
  exit 69
}
if ! "$environment/bin/schemathesis" --version 2>/dev/null | grep -q "$version"; then
  mkdir -p .local
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet "schemathesis==$version"
fi

api=${API_URL:-}
if [ -z "$api" ]; then
  api=http://localhost:${ORDER_API_PORT:-8000}
  RATE_LIMIT=1000000/minute LOGIN_RATE_LIMIT=1000000/minute POLL_RATE_LIMIT=1000000/minute PUBLIC_RATE_LIMIT=1000000/minute \
    node local/dist/main.js >.local/conformance.log 2>&1 &
  stack=$!
  trap 'kill "$stack" 2>/dev/null; wait "$stack" 2>/dev/null || true' EXIT
  tries=0
  until curl --silent --fail "$api/ready" >/dev/null; do
    tries=$((tries + 1))
    kill -0 "$stack" 2>/dev/null && [ "$tries" -lt 120 ] || {
      echo 'conformance: the local stack did not start:' >&2
      tail -20 .local/conformance.log >&2
      exit 69
    }
    sleep 0.5
  done
fi

token=$(curl --silent --show-error --fail -X POST "$api/login" -H 'content-type: application/json' \
  -d '{"user_id":"conformance"}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
# Positive data is not always accepted: a price list and the token's subject decide too, which no schema can say.
"$environment/bin/schemathesis" run "$api/openapi.json" \
  --header "Authorization: Bearer $token" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --max-examples "${MAX_EXAMPLES:-50}" \
  --workers 1
