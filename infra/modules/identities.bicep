// One identity for each part that runs, so that each has only the rights that its own work needs.
param location string
param tags object
param suffix string

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-functions-${suffix}'
  location: location
  tags: tags
}

resource relay 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-relay-${suffix}'
  location: location
  tags: tags
}

resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-events-${suffix}'
  location: location
  tags: tags
}

output functionsId string = functions.id
output functionsClientId string = functions.properties.clientId
output functionsPrincipalId string = functions.properties.principalId
output relayId string = relay.id
output relayClientId string = relay.properties.clientId
output relayPrincipalId string = relay.properties.principalId
output eventsId string = events.id
output eventsPrincipalId string = events.properties.principalId
