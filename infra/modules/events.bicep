// The topic on which storage tells of new blobs. Its subscription needs a key that the functions have only once they
// are deployed: ../event_subscription.bicep, put up by ../hooks/postdeploy.sh.
param location string
param tags object
param suffix string
param mailAccountId string
param identityId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${suffix}'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    source: mailAccountId
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

output topicName string = topic.name
