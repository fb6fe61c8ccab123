// The option privateNetwork: storage and vault are reached inside the virtual network only.
param location string
param tags object
param suffix string
param networkId string
param subnetId string
param mailAccountId string
param hostAccountId string
param vaultId string

var zones = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.vaultcore.azure.net'
]

var endpoints = [
  { name: 'mail-blob', target: mailAccountId, part: 'blob', zone: 0 }
  { name: 'mail-queue', target: mailAccountId, part: 'queue', zone: 1 }
  { name: 'mail-table', target: mailAccountId, part: 'table', zone: 2 }
  { name: 'host-blob', target: hostAccountId, part: 'blob', zone: 0 }
  { name: 'host-queue', target: hostAccountId, part: 'queue', zone: 1 }
  { name: 'host-table', target: hostAccountId, part: 'table', zone: 2 }
  { name: 'vault', target: vaultId, part: 'vault', zone: 3 }
]

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [for name in zones: {
  name: name
  location: 'global'
  tags: tags
}]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (name, at) in zones: {
  parent: zone[at]
  name: 'link-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: networkId }
  }
}]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-10-01' = [for item in endpoints: {
  name: 'pe-${item.name}-${suffix}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: item.name
        properties: {
          privateLinkServiceId: item.target
          groupIds: [item.part]
        }
      }
    ]
  }
}]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-10-01' = [for (item, at) in endpoints: {
  parent: endpoint[at]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: item.part
        properties: { privateDnsZoneId: zone[item.zone].id }
      }
    ]
  }
}]
