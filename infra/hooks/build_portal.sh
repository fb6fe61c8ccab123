#!/bin/sh
# Build the portal's files into portal/dist, and beside them the one thing that they must know: where the API is.
# Needs Node 22 and Python with requirements.txt: the types of the API come from its document.
set -eu

cd "$(dirname "$0")/../.."
: "${MATTA_PUBLIC_URL:?}"

document=$(mktemp)
trap 'rm -f "$document"' EXIT
python3 -c 'import sys, msgspec
from functions.api.openapi import document
sys.stdout.buffer.write(msgspec.json.encode(document()))' >"$document"

cd portal
# Into public/, whence every build takes it: azd may build once more by itself.
printf '{"api_url": "%s"}\n' "$MATTA_PUBLIC_URL" >public/config.json
npm ci --include=dev
node node_modules/openapi-typescript/bin/cli.js "$document" -o src/api/schema.gen.ts
NODE_ENV=production node node_modules/vite/bin/vite.js build
rm -rf dist/.vite
