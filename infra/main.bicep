// All of Matta in one resource group. Deployed by azd (../azure.yaml); see README.md.
targetScope = 'subscription'

@minLength(1)
@maxLength(32)
@description('Name of the azd environment; it is in the names of all resources.')
param environmentName string

@minLength(1)
@description('Region of everything but the portal.')
param location string

@description('Region of the portal: Static Web Apps exist in a few regions only, and serve from all of them.')
@allowed(['westus2', 'centralus', 'eastus2', 'westeurope', 'eastasia'])
param portalLocation string = 'eastasia'

@description('Name by which this installation says EHLO, signs Received fields and makes Message-IDs.')
param hostName string

@description('Where people reach the functions, without a slash at the end; empty: the address that Azure gives.')
param publicUrl string = ''

@description('Origin of the portal; empty: the address that Azure gives.')
param portalUrl string = ''

@description('Who is told when an alert fires.')
param alertAddress string

@description('True: storage and vault have no public endpoint, only private ones in the virtual network.')
param privateNetwork bool = false

@description('Client id of the bot registration in Entra; empty: no Teams.')
param botAppId string = ''

@description('Name, in the secrets, of the client secret of the bot.')
param botSecretName string = ''

@description('Client id of the registration of the portal in Entra; empty: nobody signs on.')
param signOnClientId string = ''

@description('Directory of whoever runs this installation; its app role Matta.Operator counts.')
param operatorEntraTenant string = ''

@description('Private networks in which next hops may be, with commas between.')
param nextHopNetworks string = ''

@description('host:port of an egress proxy, for subscriptions whose outbound port 25 is closed; empty: none.')
param egressProxy string = ''

@description('Certificates (PEM) that the proxy shows or is vouched for by; empty: the public authorities.')
param egressCa string = ''

@description('Image of the relay; azd fills it in after the first deployment.')
param relayImage string = ''

@description('Name, in the vault, of the certificate of the relay (PEM with its key); empty: no STARTTLS.')
param relayCertificateName string = ''

@description('Name, in the vault, of a secret with the client certificates that may be shown; empty: none.')
param relayClientCaName string = ''

var tags = { 'azd-env-name': environmentName }
var suffix = toLower(uniqueString(subscription().id, environmentName, location))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
  }
}

module network 'modules/network.bicep' = {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    functionsPrincipalId: identities.outputs.functionsPrincipalId
  }
}

module mailStorage 'modules/mail_storage.bicep' = {
  name: 'mail-storage'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    functionsPrincipalId: identities.outputs.functionsPrincipalId
    relayPrincipalId: identities.outputs.relayPrincipalId
    eventsPrincipalId: identities.outputs.eventsPrincipalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module hostStorage 'modules/host_storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    functionsPrincipalId: identities.outputs.functionsPrincipalId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetwork: privateNetwork
    functionsPrincipalId: identities.outputs.functionsPrincipalId
    relayPrincipalId: identities.outputs.relayPrincipalId
    relayCertificateName: relayCertificateName
    relayClientCaName: relayClientCaName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module privateEndpoints 'modules/private_endpoints.bicep' = if (privateNetwork) {
  name: 'private-endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointsSubnetId
    mailAccountId: mailStorage.outputs.accountId
    hostAccountId: hostStorage.outputs.accountId
    vaultId: vault.outputs.vaultId
  }
}

module portal 'modules/portal.bicep' = {
  name: 'portal'
  scope: group
  params: {
    location: portalLocation
    tags: tags
    suffix: suffix
  }
}

var portalOrigin = empty(portalUrl) ? portal.outputs.url : portalUrl

module functions 'modules/functions.bicep' = {
  name: 'functions'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    identityId: identities.outputs.functionsId
    identityClientId: identities.outputs.functionsClientId
    subnetId: network.outputs.functionsSubnetId
    deploymentContainerUrl: hostStorage.outputs.deploymentContainerUrl
    hostBlobUrl: hostStorage.outputs.blobUrl
    hostQueueUrl: hostStorage.outputs.queueUrl
    hostTableUrl: hostStorage.outputs.tableUrl
    mailBlobUrl: mailStorage.outputs.blobUrl
    mailQueueUrl: mailStorage.outputs.queueUrl
    mailTableUrl: mailStorage.outputs.tableUrl
    vaultUrl: vault.outputs.vaultUrl
    telemetryConnection: monitoring.outputs.telemetryConnection
    hostName: hostName
    publicUrl: publicUrl
    portalUrl: portalOrigin
    botAppId: botAppId
    botSecretName: botSecretName
    signOnClientId: signOnClientId
    operatorEntraTenant: operatorEntraTenant
    nextHopNetworks: nextHopNetworks
    egressProxy: egressProxy
    egressCa: egressCa
  }
}

module events 'modules/events.bicep' = {
  name: 'events'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    mailAccountId: mailStorage.outputs.accountId
    identityId: identities.outputs.eventsId
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    relayPrincipalId: identities.outputs.relayPrincipalId
  }
}

module relay 'modules/relay.bicep' = {
  name: 'relay'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    identityId: identities.outputs.relayId
    identityClientId: identities.outputs.relayClientId
    subnetId: network.outputs.relaySubnetId
    workspaceId: monitoring.outputs.workspaceId
    registryServer: registry.outputs.server
    image: relayImage
    mailBlobUrl: mailStorage.outputs.blobUrl
    hostName: hostName
    certificateUrl: empty(relayCertificateName) ? '' : '${vault.outputs.vaultUrl}secrets/${relayCertificateName}'
    clientCaUrl: empty(relayClientCaName) ? '' : '${vault.outputs.vaultUrl}secrets/${relayClientCaName}'
  }
}

module bot 'modules/bot.bicep' = if (!empty(botAppId)) {
  name: 'bot'
  scope: group
  params: {
    tags: tags
    suffix: suffix
    appId: botAppId
    endpoint: '${functions.outputs.publicUrl}/api/teams/messages'
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    workspaceId: monitoring.outputs.workspaceId
    alertAddress: alertAddress
  }
}

// What azd and the hooks read; none of it is secret.
output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.server
output MATTA_FUNCTION_APP string = functions.outputs.appName
output MATTA_PUBLIC_URL string = functions.outputs.publicUrl
output MATTA_PORTAL_URL string = portalOrigin
output MATTA_EVENT_TOPIC string = events.outputs.topicName
output MATTA_EVENT_IDENTITY string = identities.outputs.eventsId
output MATTA_MAIL_ACCOUNT string = mailStorage.outputs.accountId
output MATTA_UNDELIVERED_CONTAINER string = mailStorage.outputs.undeliveredContainer
output MATTA_VAULT string = vault.outputs.vaultName
output MATTA_RELAY_ADDRESS string = relay.outputs.address
