#!/usr/bin/env sh
# Takes a stack back to what a file of its outputs describes: that revision of the program, with those images.
#   pulumi stack output --json --stack prod > before.json
#   infra/scripts/rollback.sh prod before.json
set -eu
stack=$1
outputs=$2

field() {
  node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]] ?? ""' "$outputs" "$1"
}

version=$(field version)
case $version in
  '' | unknown)
    echo "rollback: $outputs names no version; deploy a known revision by hand" >&2
    exit 1
    ;;
esac
# name -> sha256:…, out of registry/repository@sha256:…
digests=$(node -e '
  const { images } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
  const digests = Object.entries(images).map(([name, uri]) => [name, uri.split("@")[1]]);
  console.log(JSON.stringify(Object.fromEntries(digests)));
' "$outputs")

cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
git worktree add --detach "$folder/source" "$version"
cd "$folder/source"
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build
pulumi up --stack "$stack" --yes --skip-preview \
  --config "version=$version" --config "imageDigests=$digests"
git worktree remove --force "$folder/source"
echo "rollback: $stack runs $version again"
