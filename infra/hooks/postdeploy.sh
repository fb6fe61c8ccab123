#!/bin/sh
# After the code is deployed: subscribe the blob trigger to the events of the spool. azd passes its values as variables.
set -eu

: "${AZURE_RESOURCE_GROUP:?}" "${MATTA_EVENT_TOPIC:?}" "${MATTA_FUNCTION_APP:?}"
: "${MATTA_EVENT_IDENTITY:?}" "${MATTA_MAIL_ACCOUNT:?}" "${MATTA_UNDELIVERED_CONTAINER:?}"

# The host makes the key of its blob extension when it first starts with the new code; that may take a minute or two.
# Only whether the key is there is asked: --query keeps its value out of this script.
attempts=0
until [ "$(az functionapp keys list --resource-group "$AZURE_RESOURCE_GROUP" --name "$MATTA_FUNCTION_APP" \
    --query "length(not_null(systemKeys.blobs_extension, ''))" --output tsv 2>/dev/null || echo 0)" -gt 0 ]; do
    attempts=$((attempts + 1))
    if [ "$attempts" -ge 30 ]; then
        echo "The functions have not started in five minutes, so there is no event subscription yet." >&2
        echo "The sweeper finds new messages every 30 seconds all the same. Look at the log, then run: azd hooks run postdeploy" >&2
        exit 1
    fi
    sleep 10
done

az deployment group create --resource-group "$AZURE_RESOURCE_GROUP" --name event-subscription \
    --template-file "$(dirname "$0")/../event_subscription.bicep" \
    --parameters topicName="$MATTA_EVENT_TOPIC" functionAppName="$MATTA_FUNCTION_APP" \
    mailAccountId="$MATTA_MAIL_ACCOUNT" undeliveredContainer="$MATTA_UNDELIVERED_CONTAINER" identityId="$MATTA_EVENT_IDENTITY" \
    --output none
