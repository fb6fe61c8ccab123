// The account with mail and state. Its containers, queues and tables are those of shared/adapters/storage_setup.py.
param location string
param tags object
param suffix string
param privateNetwork bool
param functionsPrincipalId string
param relayPrincipalId string
param eventsPrincipalId string
param workspaceId string

var containers = ['spool', 'outgoing', 'envelopes', 'settings', 'health']
var queues = ['deliver', 'deliver-poison', 'notify', 'notify-poison', 'webjobs-blobtrigger-poison']
var tables = ['messages', 'schedule', 'directory', 'audit', 'teams', 'delegations', 'lists', 'notices', 'reports', 'onboarding', 'deletions', 'stuck']

var blobDataOwner = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
var blobDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
var blobDataReader = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')
var queueDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
var tableDataContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: take('stmail${suffix}', 24)
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    // A blob that somebody removes by mistake can be brought back for so long; what retention deletes is gone after it.
    deleteRetentionPolicy: { enabled: true, days: 3 }
    // Versions would keep what a tenant asked to be deleted.
    isVersioningEnabled: false
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [for name in containers: {
  parent: blobs
  name: name
  properties: { publicAccess: 'None' }
}]

// Events that the functions did not take in time. They name blobs and hold no mail; the sweeper has judged those long before.
resource undelivered 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'undelivered-events'
  properties: { publicAccess: 'None' }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for name in queues: {
  parent: queueService
  name: name
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [for name in tables: {
  parent: tableService
  name: name
}]

resource functionsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, functionsPrincipalId, blobDataOwner)
  scope: account
  properties: {
    roleDefinitionId: blobDataOwner
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Functions judge and send mail; the blob trigger of the host asks for Owner, and keeps its receipts here.'
  }
}

resource functionsQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, functionsPrincipalId, queueDataContributor)
  scope: account
  properties: {
    roleDefinitionId: queueDataContributor
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Functions put work into the queues; the host takes it out and makes poison queues of its own.'
  }
}

resource functionsTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, functionsPrincipalId, tableDataContributor)
  scope: account
  properties: {
    roleDefinitionId: tableDataContributor
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The state of every message, people, audit and reports are tables.'
  }
}

resource spool 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'spool'
}

resource envelopes 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'envelopes'
}

resource settings 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'settings'
}

resource health 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'health'
}

resource relaySpool 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(spool.id, relayPrincipalId, blobDataContributor)
  scope: spool
  dependsOn: [container]
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay stores each message that it accepts; no narrower built-in role can write.'
  }
}

resource relayEnvelopes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(envelopes.id, relayPrincipalId, blobDataContributor)
  scope: envelopes
  dependsOn: [container]
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay stores envelopes that are too large for metadata.'
  }
}

resource relaySettings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(settings.id, relayPrincipalId, blobDataReader)
  scope: settings
  dependsOn: [container]
  properties: {
    roleDefinitionId: blobDataReader
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay reads by which peers, certificates and users it knows each tenant.'
  }
}

resource relayHealth 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(health.id, relayPrincipalId, blobDataReader)
  scope: health
  dependsOn: [container]
  properties: {
    roleDefinitionId: blobDataReader
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay reads how far judging is behind, to slow down before it is far.'
  }
}

resource eventsUndelivered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(undelivered.id, eventsPrincipalId, blobDataContributor)
  scope: undelivered
  properties: {
    roleDefinitionId: blobDataContributor
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Event Grid keeps what nobody took; no narrower built-in role can write.'
  }
}

// Who deleted what is kept apart from the proof that the deletion job itself writes.
resource deletions 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'deletions'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}

output undeliveredContainer string = undelivered.name
output accountId string = account.id
output blobUrl string = account.properties.primaryEndpoints.blob
output queueUrl string = account.properties.primaryEndpoints.queue
output tableUrl string = account.properties.primaryEndpoints.table
