#!/usr/bin/env sh
# Gets what `npm run rehearse` needs where it is not installed, into a cache folder outside the repository:
#   - moto and boto3 from PyPI, in a virtual environment
#   - the Pulumi CLI from its Go modules, where no `pulumi` is on the PATH
#   - its Node language host and the awsx provider from checkouts, where their releases cannot be downloaded:
#     PULUMI_SOURCE=<checkout of pulumi/pulumi>, AWSX_SOURCE=<checkout of pulumi/pulumi-awsx>
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
cache=${XDG_CACHE_HOME:-$HOME/.cache}/order-pipeline
version=3.274.1
host_sdk=3.260.0
mkdir -p "$cache/bin"
export PATH="$cache/bin:$PATH"

if ! [ -x "$cache/venv/bin/python" ]; then
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet 'moto[server]' boto3
fi

if ! command -v pulumi >/dev/null; then
  # The CLI's module has replace directives, which `go install` refuses: it is built as a dependency.
  mkdir -p "$cache/build" && cd "$cache/build"
  printf 'module build\n\ngo 1.25\n' >go.mod
  printf '//go:build tools\n\npackage tools\n\nimport _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"\n' >tools.go
  go get "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi@v$version"
  go build -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v$version" \
    -o "$cache/bin/pulumi" github.com/pulumi/pulumi/pkg/v3/cmd/pulumi
  cd "$root"
fi

if ! command -v pulumi-language-nodejs >/dev/null && [ -n "${PULUMI_SOURCE:-}" ]; then
  rm -rf "$cache/host"
  cp -R "$PULUMI_SOURCE/sdk/nodejs/cmd/pulumi-language-nodejs" "$cache/host"
  cd "$cache/host"
  rm -f ./*_test.go
  go mod edit -dropreplace github.com/pulumi/pulumi/pkg/v3 -dropreplace github.com/pulumi/pulumi/sdk/v3
  GOFLAGS=-mod=mod go get "github.com/pulumi/pulumi/sdk/v3@v$host_sdk" "github.com/pulumi/pulumi/pkg/v3@v$host_sdk"
  GOFLAGS=-mod=mod go build -ldflags '-s -w' -o "$cache/bin/pulumi-language-nodejs" .
  cd "$root"
fi

if ! [ -f "$cache/awsx/index.js" ] && [ -n "${AWSX_SOURCE:-}" ]; then
  mkdir -p "$cache/awsx"
  awsx=$(node -p "require('@pulumi/awsx/package.json').version")
  sed "s/\${VERSION}/$awsx/" "$AWSX_SOURCE/awsx/package.json" >"$cache/awsx/package.json"
  cp "$AWSX_SOURCE/provider/cmd/pulumi-resource-awsx/schema.json" "$cache/awsx/"
  # It runs on the engine's SDK that it pins, as its releases do, and on this repository's SDK for AWS.
  npm pkg set --prefix "$cache/awsx" "dependencies.@pulumi/aws=$(node -p "require('@pulumi/aws/package.json').version")"
  npm install --silent --omit=dev --ignore-scripts --no-audit --no-fund --prefix "$cache/awsx"
  npx esbuild "$AWSX_SOURCE/awsx/index.ts" --bundle --platform=node --format=cjs --packages=external \
    "--outfile=$cache/awsx/index.js" --external:./schema.json --external:./package.json --log-level=warning
fi
