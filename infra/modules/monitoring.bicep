// Where logs and telemetry go, and the workbook that shows them.
param location string
param tags object
param suffix string
param functionsPrincipalId string

var metricsPublisher = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${suffix}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    features: { disableLocalAuth: true }
  }
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${suffix}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(telemetry.id, functionsPrincipalId, metricsPublisher)
  scope: telemetry
  properties: {
    roleDefinitionId: metricsPublisher
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    description: 'The host sends its telemetry; without local authentication it needs this role.'
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'matta-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Matta: mail on its way'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: loadTextContent('workbook.json')
  }
}

output workspaceId string = workspace.id
// Names the telemetry resource; with local authentication off it admits nobody.
output telemetryConnection string = telemetry.properties.ConnectionString
