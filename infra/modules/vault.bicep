// Keys and secrets. Nobody writes them by this template: an operator does, with a role of their own (README.md).
param location string
param tags object
param suffix string
param privateNetwork bool
param functionsPrincipalId string
param relayPrincipalId string
param relayCertificateName string
param relayClientCaName string
param workspaceId string

var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: take('kv-${suffix}', 24)
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

resource functionsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, functionsPrincipalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: secretsUser
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Functions list and read signing keys, passwords of next hops and the secret of the bot; they write none.'
  }
}

resource certificate 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = if (!empty(relayCertificateName)) {
  parent: vault
  name: empty(relayCertificateName) ? 'none' : relayCertificateName
}

resource clientCa 'Microsoft.KeyVault/vaults/secrets@2025-05-01' existing = if (!empty(relayClientCaName)) {
  parent: vault
  name: empty(relayClientCaName) ? 'none' : relayClientCaName
}

resource relayCertificate 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(relayCertificateName)) {
  name: guid(vault.id, relayCertificateName, relayPrincipalId, secretsUser)
  scope: certificate
  properties: {
    roleDefinitionId: secretsUser
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay mounts its TLS certificate and no other secret.'
  }
}

resource relayClientCa 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(relayClientCaName)) {
  name: guid(vault.id, relayClientCaName, relayPrincipalId, secretsUser)
  scope: clientCa
  properties: {
    roleDefinitionId: secretsUser
    principalId: relayPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The relay mounts the client certificates that tenants pin.'
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

output vaultId string = vault.id
output vaultName string = vault.name
output vaultUrl string = vault.properties.vaultUri
