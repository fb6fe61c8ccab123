// The SMTP relay on Container Apps.
param location string
param tags object
param suffix string
param identityId string
param identityClientId string
param subnetId string
param workspaceId string
param registryServer string
param image string
param mailBlobUrl string
param hostName string

@description('Address of the secret with certificate and key, without a version: a renewed one is taken by itself.')
param certificateUrl string

@description('Address of the secret with the client certificates that may be shown.')
param clientCaUrl string

@description('Connections of one replica; a message on its way takes up to 5 MB of memory.')
param connections int = 300

var certificateSecrets = empty(certificateUrl) ? [] : [{ name: 'relay-tls', keyVaultUrl: certificateUrl, identity: identityId }]
var clientCaSecrets = empty(clientCaUrl) ? [] : [{ name: 'client-ca', keyVaultUrl: clientCaUrl, identity: identityId }]
var certificateFiles = empty(certificateUrl) ? [] : [{ secretRef: 'relay-tls', path: 'relay.pem' }]
var clientCaFiles = empty(clientCaUrl) ? [] : [{ secretRef: 'client-ca', path: 'client-ca.pem' }]
var files = concat(certificateFiles, clientCaFiles)
var certificateVariables = empty(certificateUrl) ? [] : [
  { name: 'MATTA_RELAY_CERT', value: '/mnt/tls/relay.pem' }
  // Exchange Online shows itself by its certificate, as its address cannot be seen; only TLS has one.
  { name: 'MATTA_RELAY_EXCHANGE_NAMES', value: 'mail.protection.outlook.com' }
]
var clientCaVariables = empty(clientCaUrl) ? [] : [{ name: 'MATTA_RELAY_CLIENT_CA', value: '/mnt/tls/client-ca.pem' }]

resource place 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: 'cae-${suffix}'
  location: location
  tags: tags
  properties: {
    // Logs go through the diagnostic setting below: the other way needs the key of the workspace.
    appLogsConfiguration: { destination: 'azure-monitor' }
    vnetConfiguration: {
      infrastructureSubnetId: subnetId
      internal: false
    }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    zoneRedundant: true
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: place
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: 'ca-relay-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'relay' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: place.id
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        transport: 'tcp'
        targetPort: 2525
        exposedPort: 25
        additionalPortMappings: [{ external: true, targetPort: 2525, exposedPort: 587 }]
      }
      registries: [{ server: registryServer, identity: identityId }]
      secrets: concat(certificateSecrets, clientCaSecrets)
    }
    template: {
      // MATTA_RELAY_STOP_SECONDS and a little more, so that messages on their way are finished.
      terminationGracePeriodSeconds: 45
      containers: [
        {
          name: 'relay'
          // Before azd has built the image once there is none: a page of Microsoft's holds its place.
          image: empty(image) ? 'mcr.microsoft.com/k8se/quickstart:latest' : image
          resources: { cpu: 1, memory: '2Gi' }
          env: concat(
            [
              { name: 'MattaStorage__credential', value: 'managedidentity' }
              { name: 'MattaStorage__clientId', value: identityClientId }
              { name: 'MattaStorage__blobServiceUri', value: mailBlobUrl }
              { name: 'MATTA_HOST_NAME', value: hostName }
              { name: 'MATTA_RELAY_HOST', value: '0.0.0.0' }
              { name: 'MATTA_RELAY_PORT', value: '2525' }
              { name: 'MATTA_RELAY_HEALTH_HOST', value: '0.0.0.0' }
              { name: 'MATTA_RELAY_HEALTH_PORT', value: '8080' }
              { name: 'MATTA_RELAY_CONNECTIONS', value: string(connections) }
              { name: 'MATTA_RELAY_STOP_SECONDS', value: '30' }
              // TCP ingress hides who connects: every client bears an address of the proxy (github.com/microsoft/
              // azure-container-apps/issues/899). What counts by peer would let one client shut out all the others.
              { name: 'MATTA_RELAY_CONNECTIONS_PER_PEER', value: string(connections) }
              { name: 'MATTA_RELAY_STRANGER_CONNECTIONS', value: '100' }
              { name: 'MATTA_RELAY_STRANGER_CONNECTIONS_PER_PEER', value: '100' }
              { name: 'MATTA_RELAY_AUTH_FAILURES', value: '1000' }
              // The same addresses told to the relay, so that no tenant is known by them: subnets of Container Apps.
              { name: 'MATTA_RELAY_PROXY_PEERS', value: '10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16' }
            ],
            certificateVariables,
            clientCaVariables
          )
          volumeMounts: empty(files) ? [] : [{ volumeName: 'tls', mountPath: '/mnt/tls' }]
          probes: empty(image) ? [] : [
            {
              type: 'Liveness'
              httpGet: { path: '/livez', port: 8080, scheme: 'HTTP' }
              periodSeconds: 15
              failureThreshold: 4
            }
            {
              type: 'Readiness'
              httpGet: { path: '/readyz', port: 8080, scheme: 'HTTP' }
              periodSeconds: 15
              timeoutSeconds: 12
              failureThreshold: 3
            }
          ]
        }
      ]
      volumes: empty(files) ? [] : [{ name: 'tls', storageType: 'Secret', secrets: files }]
      scale: {
        minReplicas: 2
        maxReplicas: 10
        rules: [
          {
            name: 'connections'
            // A third of what one replica takes, so that the next one is there in time.
            tcp: { metadata: { concurrentConnections: string(connections / 3) } }
          }
        ]
      }
    }
  }
}

output address string = place.properties.staticIp
