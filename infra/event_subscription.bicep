// Tells the blob trigger `evaluate` of each message in the spool. Deployed after the functions' code: only then has the
// host made the key of its blob extension. The key is read here, so that no script and no log ever holds it.
param topicName string
param functionAppName string

@description('Resource id of the account with the mail, and its container for events that nobody took.')
param mailAccountId string
param undeliveredContainer string

@description('Resource id of the identity that may write there.')
param identityId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource spoolEvents 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'spool'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.evaluate&code=${listKeys('${app.id}/host/default', '2025-03-01').systemKeys.blobs_extension}'
        minimumTlsVersionAllowed: '1.2'
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: '/blobServices/default/containers/spool/'
      subjectEndsWith: '.eml'
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'UserAssigned'
        userAssignedIdentity: identityId
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: mailAccountId
          blobContainerName: undeliveredContainer
        }
      }
    }
    // What is not taken in an hour, the sweeper has found long before.
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 60
    }
  }
}
