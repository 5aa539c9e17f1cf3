#!/usr/bin/env sh
# Installs the provider plugins in the versions of the npm packages. Pulumi looks for packages in infra/ only and does not
# see the ones that npm workspaces put at the root.
set -eu
cd "$(dirname "$0")/.."
# infra/rehearse/tools.sh installs the CLI there where none is on the PATH.
PATH="$PATH:${XDG_CACHE_HOME:-${HOME:-}/.cache}/order-pipeline/bin"
for name in aws awsx random docker-build; do
  version=$(node -p "require('@pulumi/$name/package.json').version")
  pulumi plugin install resource "$name" "$version"
done
