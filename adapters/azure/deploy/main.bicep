// A Service Bus namespace for live runs of Whitewater, and the right to use it.
// az deployment group create --resource-group GROUP --template-file main.bicep --parameters expires=...

targetScope = 'resourceGroup'

@description('Unique in all of Azure; made from the resource group if it is left out.')
@minLength(6)
@maxLength(50)
param namespaceName string = 'sbns-whitewater-${uniqueString(resourceGroup().id)}'

param location string = resourceGroup().location

@description('From when on teardown --expired removes it, as 2026-11-22T18:00:00Z.')
param expires string

param created string = utcNow('yyyy-MM-ddTHH:mm:ssZ')

@description('Shared access keys. Off: only identities get in.')
param localAuth bool = false

@description('Object id of who becomes Azure Service Bus Data Owner; empty: nobody does.')
param principalId string = ''

@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param principalType string = 'User'

@description('Whether topic and subscriptions are made here; the whitewater command makes its own.')
param entities bool = true

param topicName string = 'rafttopic'

@description('Who receives: servers and clients.')
param participants array = [
  'S1'
  'S2'
  'S3'
  'S4'
  'S5'
  'C1'
]

@description('On, it would hide duplicates, which is what is to be tested.')
param duplicateDetection bool = false

var dataOwnerRole = '090c5cfd-751d-490a-894a-3ce6f1109419'

var tags = {
  owner: 'whitewater'
  purpose: 'test'
  created: created
  expires: expires
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  // Basic has no topics; Premium costs a hundred times as much.
  sku: {
    name: 'Standard'
    tier: 'Standard'
  }
  properties: {
    disableLocalAuth: !localAuth
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource dataOwner 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (principalId != '') {
  name: guid(namespace.id, principalId, dataOwnerRole)
  scope: namespace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwnerRole)
    principalId: principalId
    principalType: principalType
  }
}

resource topic 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = if (entities) {
  parent: namespace
  name: topicName
  properties: {
    defaultMessageTimeToLive: 'PT10M'
    autoDeleteOnIdle: 'PT1H'
    requiresDuplicateDetection: duplicateDetection
    duplicateDetectionHistoryTimeWindow: 'PT20S'
  }
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [for participant in participants: if (entities) {
  parent: topic
  name: participant
  properties: {
    defaultMessageTimeToLive: 'PT10M'
    autoDeleteOnIdle: 'PT1H'
    lockDuration: 'PT30S'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: false
    requiresSession: false
  }
}]

// Takes the place of the rule that every new subscription has, which lets everything in.
@batchSize(1)
resource own 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [for (participant, i) in participants: if (entities) {
  parent: subscriptions[i]
  name: '$Default'
  properties: {
    filterType: 'CorrelationFilter'
    correlationFilter: {
      to: participant
    }
  }
}]

@batchSize(1)
resource everybody 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [for (participant, i) in participants: if (entities) {
  parent: subscriptions[i]
  name: 'all'
  properties: {
    filterType: 'CorrelationFilter'
    correlationFilter: {
      to: '*'
    }
  }
  dependsOn: [
    own
  ]
}]

output namespaceName string = namespace.name
output fullyQualifiedNamespace string = split(split(namespace.properties.serviceBusEndpoint, '//')[1], ':')[0]
