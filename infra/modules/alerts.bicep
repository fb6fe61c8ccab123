// What wakes somebody. Each query returns rows only when something is wrong.
param location string
param tags object
param suffix string
param workspaceId string
param alertAddress string

// Lines of the functions are JSON; where an error was met, its traceback follows on further lines of the same message.
var alerts = [
  {
    name: 'spool-age'
    title: 'A message has waited in the spool for five minutes, or nobody measures it'
    severity: 1
    window: 'PT15M'
    query: '''
union
  (AppTraces | extend line = parse_json(Message) | where tostring(line.stage) == "backlog" and toint(line.age) > 300 | project TimeGenerated),
  (ContainerAppConsoleLogs | extend line = parse_json(Log) | where tostring(line.event) == "pressure" and tobool(line.measured) == false | project TimeGenerated)
'''
  }
  {
    name: 'poison'
    title: 'Work failed five times and lies in a poison queue'
    severity: 2
    window: 'PT15M'
    query: '''
AppTraces
| extend line = parse_json(Message)
| where tostring(line.stage) == "service" and toint(line.parked) > 0
'''
  }
  {
    name: 'stuck'
    title: 'Messages do not move on'
    severity: 2
    window: 'PT15M'
    query: '''
AppTraces
| extend line = parse_json(Message)
| where tostring(line.stage) == "service"
| where toint(line.judging) > 0 or toint(line.effects) > 0 or toint(line.undelivered_age) > 14400
'''
  }
  {
    name: 'failures'
    title: 'Functions fail, or judging met an error'
    severity: 2
    window: 'PT15M'
    query: '''
union
  (AppExceptions | where SeverityLevel >= 3 | project TimeGenerated),
  (AppRequests | where Success == false and OperationName in ("evaluate", "deliver", "notify", "run_due", "sweep_spool", "recount_hours", "apply_retention") | project TimeGenerated),
  (AppTraces | extend line = parse_json(extract(@"^[^\n]+", 0, Message)) | where tostring(line.stage) == "decide" and tostring(line.outcome) startswith "error:" | project TimeGenerated)
'''
  }
  {
    name: 'storage'
    title: 'The relay cannot store messages and defers them'
    severity: 1
    window: 'PT15M'
    query: '''
ContainerAppConsoleLogs
| extend line = parse_json(Log)
| where tostring(line.event) == "storage" and tostring(line.outcome) == "out"
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
