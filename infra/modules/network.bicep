// The virtual network. It is always there: TCP ingress from outside needs an environment inside a network.
param location string
param tags object
param suffix string

resource network 'Microsoft.Network/virtualNetworks@2024-10-01' = {
  name: 'vnet-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.80.0.0/16'] }
    subnets: [
      {
        name: 'relay'
        properties: {
          addressPrefix: '10.80.0.0/23'
          delegations: [
            {
              name: 'container-apps'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'functions'
        properties: {
          addressPrefix: '10.80.2.0/24'
          delegations: [
            {
              // Flex Consumption runs on the same platform and wants the same delegation.
              name: 'flex-consumption'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.80.3.0/24'
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

output networkId string = network.id
output relaySubnetId string = '${network.id}/subnets/relay'
output functionsSubnetId string = '${network.id}/subnets/functions'
output endpointsSubnetId string = '${network.id}/subnets/endpoints'
