#!/usr/bin/env sh
# Sets up and runs all tests, with coverage. The last line counts them.
set -eu
cd "$(dirname "$0")/.."
./scripts/setup.sh
mkdir -p coverage
results=coverage/results.json
rm -f "$results"
status=0
npm run --silent --ignore-scripts test:coverage -- --json --outputFile="$results" >/dev/null || status=$?
[ -f "$results" ] || exit 1
node -e '
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    require("node:fs").readFileSync(process.argv[1], "utf8"),
  );
  console.log(numPassedTests + " passed, " + (numFailedTests + numRuntimeErrorTestSuites) + " failed");
' "$results"
exit "$status"
