// What wakes somebody. Each query returns rows only when something is wrong.
param location string
param tags object
param suffix string
param workspaceId string
param alertAddress string

var alerts = [
  {
    name: 'spool-age'
    title: 'A message has waited in the spool for five minutes'
    severity: 1
    window: 'PT30M'
    query: '''
let judged = AppTraces
  | where TimeGenerated > ago(30m)
  | extend line = parse_json(Message)
  | where tostring(line.stage) == "decide"
  | distinct queue_id = tostring(line.queue_id);
ContainerAppConsoleLogs
| where TimeGenerated between (ago(30m) .. ago(5m))
| extend line = parse_json(Log)
| where tostring(line.event) == "message" and tostring(line.outcome) == "queued"
| extend queue_id = tostring(line.queue_id)
| where queue_id !in (judged)
'''
  }
  {
    name: 'poison'
    title: 'Work failed five times and lies in a poison queue'
    severity: 2
    window: 'PT15M'
    query: '''
AppTraces
| where Message has "poison" and (Message has "deliver" or Message has "notify" or Message has "blobtrigger")
'''
  }
  {
    name: 'failures'
    title: 'Functions fail, or judging met an error'
    severity: 2
    window: 'PT15M'
    query: '''
union
  (AppExceptions | where SeverityLevel >= 3),
  (AppRequests | where Success == false and OperationName in ("evaluate", "deliver", "notify", "run_due", "sweep_spool")),
  (AppTraces | extend line = parse_json(Message) | where tostring(line.stage) == "decide" and tostring(line.outcome) startswith "error:")
'''
  }
  {
    name: 'late-events'
    title: 'The sweeper judges messages whose event did not come'
    severity: 3
    window: 'PT15M'
    query: '''
AppTraces
| extend line = parse_json(Message)
| where tostring(line.stage) == "sweep" and tostring(line.outcome) == "judged-late"
'''
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'matta'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: alertAddress, useCommonAlertSchema: true }]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts: {
  name: 'alert-${alert.name}-${suffix}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Matta: ${alert.title}'
    severity: alert.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: alert.window
    // A table that has not had its first line yet is no reason to refuse the rule.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}]
