// The functions on Flex Consumption. docs/OPERATIONS.md says what each variable means.
param location string
param tags object
param suffix string
param identityId string
param identityClientId string
param subnetId string
param deploymentContainerUrl string
param hostBlobUrl string
param hostQueueUrl string
param hostTableUrl string
param mailBlobUrl string
param mailQueueUrl string
param mailTableUrl string
param vaultUrl string
param telemetryConnection string
param hostName string
param publicUrl string
param portalUrl string
param botAppId string
param botSecretName string
param signOnClientId string
param operatorEntraTenant string
param nextHopNetworks string
param egressProxy string
param egressCa string

@description('Most instances at a time; each takes four messages to judge and eight to deliver.')
@minValue(1)
@maxValue(1000)
param mostInstances int = 100

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: mostInstances
      }
    }
  }
}

// Whoever deploys signs on with Entra; there are no publishing passwords.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

var ownUrl = empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: hostBlobUrl
    AzureWebJobsStorage__queueServiceUri: hostQueueUrl
    AzureWebJobsStorage__tableServiceUri: hostTableUrl
    MattaStorage__credential: 'managedidentity'
    MattaStorage__clientId: identityClientId
    MattaStorage__blobServiceUri: mailBlobUrl
    MattaStorage__queueServiceUri: mailQueueUrl
    MattaStorage__tableServiceUri: mailTableUrl
    APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnection
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    // The page at "/" is Matta's own.
    AzureWebJobsDisableHomepage: 'true'
    // Functions are synchronous: a slow next hop must not keep pages waiting.
    PYTHON_THREADPOOL_THREAD_COUNT: '32'
    // The alert on waiting messages compares lines of the relay with lines of the functions: none may be left out.
    AzureFunctionsJobHost__logging__applicationInsights__samplingSettings__excludedTypes: 'Request;Exception;Trace'
    MATTA_PUBLIC_URL: ownUrl
    MATTA_PORTAL_URL: portalUrl
    MATTA_HOST_NAME: hostName
    MATTA_NEXT_HOP_NETWORKS: nextHopNetworks
    MATTA_EGRESS_PROXY: egressProxy
    MATTA_EGRESS_CA: egressCa
    MATTA_KEY_VAULT_URL: vaultUrl
    MATTA_IDENTITY_CLIENT_ID: identityClientId
    MATTA_BOT_APP_ID: botAppId
    MATTA_BOT_SECRET: botSecretName
    MATTA_BOT_TENANT: subscription().tenantId
    MATTA_SIGN_ON_CLIENT_ID: signOnClientId
    MATTA_SIGN_ON_SCOPE: empty(signOnClientId) ? '' : 'api://${signOnClientId}/portal'
    MATTA_SIGN_ON_AUDIENCE: signOnClientId
    MATTA_OPERATOR_ENTRA_TENANT: operatorEntraTenant
  }
}

output appName string = app.name
output publicUrl string = ownUrl
