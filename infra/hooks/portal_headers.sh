#!/bin/sh
# Name this installation's hosts in the headers of the portal that was built. Runs again without harm.
set -eu

cd "$(dirname "$0")/../.."
: "${MATTA_PUBLIC_URL:?}"
python3 -m local.portal.headers portal/dist/staticwebapp.config.json
