/** Names of the ready-made spaces, apart from what they hold, so that a link can be read without it. */
export const READY_SPACE_IDS = [
  'planner-sla',
  'planner-sla-disagg',
  'planner-thresholds',
  'planner-load',
  'planner-pool-floors',
  'autoscaler',
  'schedule',
  'planner-predictor',
  'policy',
  'fleet',
  'fleet-disagg',
  'topology',
  'gpus',
  'router',
] as const

export type ReadySpaceId = (typeof READY_SPACE_IDS)[number]
