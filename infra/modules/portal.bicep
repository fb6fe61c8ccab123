// The web portal: static files, with the headers and the fall-back of portal/public/staticwebapp.config.json.
param location string
param tags object
param suffix string

resource site 'Microsoft.Web/staticSites@2025-03-01' = {
  name: 'stapp-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'portal' })
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    stagingEnvironmentPolicy: 'Disabled'
    // The headers are in the file that is deployed with the portal; a locked one would keep the first for ever.
    allowConfigFileUpdates: true
  }
}

output url string = 'https://${site.properties.defaultHostname}'
