import {fail, ok, type Result} from '../core/result.ts'
import type {Field} from './field.ts'
import {type PlannerConfig, plannerOf, type Scenario, type ServiceObjective} from './scenario.ts'

/** Share of the requests that must be in time where nobody says. */
export const DEFAULT_SHARE = 0.95

/**
 * What a result is judged by: the scenario's own objective, else its planner's targets. A fixed fleet nobody gave an
 * objective has none, and is not judged.
 */
export function objectiveOf(scenario: Pick<Scenario, 'objective' | 'scaling'>): ServiceObjective | null {
  if (scenario.objective !== undefined) return scenario.objective
  const planner = plannerOf(scenario)
  return planner === null ? null : objectiveOfPlanner(planner)
}

export function objectiveOfPlanner({ttft, itl}: PlannerConfig): ServiceObjective {
  return {ttftMs: ttft, itlMs: itl, share: DEFAULT_SHARE}
}

/** The objective as the fields of a form. Empty latencies are the planner's targets. */
export const OBJECTIVE_FIELDS: readonly Field<'ttft_ms' | 'itl_ms' | 'share', 'objective'>[] = [
  {
    key: 'ttft_ms',
    label: 'TTFT objective',
    help: "Results are judged by it, whatever the policy aims at; empty = the planner's target.",
    unit: 'ms',
    group: 'objective',
    advanced: false,
    type: 'number',
    nullable: true,
    min: Number.MIN_VALUE,
    max: 1e9,
    default: null,
  },
  {
    key: 'itl_ms',
    label: 'ITL objective',
    help: "Of a request's mean gap between tokens; empty = the planner's target.",
    unit: 'ms',
    group: 'objective',
    advanced: false,
    type: 'number',
    nullable: true,
    min: Number.MIN_VALUE,
    max: 1e9,
    default: null,
  },
  {
    key: 'share',
    label: 'Share of requests',
    help: 'Share of the completed requests that must keep both for a run to meet the objective.',
    unit: null,
    group: 'objective',
    advanced: false,
    type: 'number',
    nullable: false,
    min: Number.MIN_VALUE,
    max: 1,
    default: DEFAULT_SHARE,
  },
]

export interface ObjectiveParts {
  /** null = the planner's target. */
  readonly ttftMs: number | null
  readonly itlMs: number | null
  readonly share: number
}

/** The objective these parts make with a planner's targets for those not given; null = nothing beyond the targets. */
export function objectiveOfParts(
  {ttftMs, itlMs, share}: ObjectiveParts,
  planner: PlannerConfig | null,
): Result<ServiceObjective | null> {
  if (ttftMs === null && itlMs === null && share === DEFAULT_SHARE) return ok(null)
  const ttft = ttftMs ?? planner?.ttft
  const itl = itlMs ?? planner?.itl
  if (ttft === undefined) return fail('without a planner an objective needs a TTFT', 'objective.ttft_ms')
  if (itl === undefined) return fail('without a planner an objective needs an ITL', 'objective.itl_ms')
  return ok({ttftMs: ttft, itlMs: itl, share})
}

const KEYS = {ttft: 'ttftMs', itl: 'itlMs', share: 'share'} as const

/** `ttft:1500,itl:50,share:0.95`, as it stands in a link. */
export function formatObjective({ttftMs, itlMs, share}: ServiceObjective): string {
  return `ttft:${ttftMs},itl:${itlMs},share:${share}`
}

/** `ttft=1500,itl=50,share=0.95`, or with colons; without a share it is 0.95. */
export function parseObjective(text: string): Result<ServiceObjective> {
  const given = new Map<string, number>()
  for (const part of text.split(',')) {
    const match = /^\s*(\w+)\s*[:=]\s*(\S+)\s*$/.exec(part)
    const key = match?.[1]
    if (key === undefined || !(key in KEYS)) {
      return fail(`an objective reads ttft=MS,itl=MS,share=0.95, not '${text}'`, 'objective')
    }
    if (given.has(key)) return fail(`objective names ${key} twice`, 'objective')
    given.set(key, Number(match?.[2]))
  }
  const [missing] = (['ttft', 'itl'] as const).filter(key => !given.has(key))
  if (missing !== undefined) return fail(`objective needs ${missing}, in ms`, 'objective')
  return checkObjective({
    ttftMs: given.get('ttft') ?? 0,
    itlMs: given.get('itl') ?? 0,
    share: given.get('share') ?? DEFAULT_SHARE,
  })
}

/** An objective as it is, or what is wrong with it. */
export function checkObjective(objective: ServiceObjective): Result<ServiceObjective> {
  for (const [key, name] of Object.entries(KEYS)) {
    const value = objective[name]
    const limit = key === 'share' ? 1 : Number.MAX_VALUE
    if (value > 0 && value <= limit) continue
    const range = key === 'share' ? 'above 0 and at most 1' : 'a number of ms above 0'
    return fail(`objective: ${key} must be ${range}, got ${value}`, 'objective')
  }
  return ok(objective)
}
