import type {Fleet, PoolSpec, Scenario} from '../config/scenario.ts'
import type {InstanceRecord} from '../engine/record/record.ts'

/** Replicas asked for from a moment on; starting ones count, those that drain do not. */
export interface PlanStep {
  readonly atS: number
  readonly count: number
}

/** A fleet's sizes over a run, by pool: ascending times, the first at 0. An aggregated fleet has `decode` alone. */
export interface FleetPlan {
  readonly prefill: readonly PlanStep[] | null
  readonly decode: readonly PlanStep[]
}

export interface FleetSize {
  readonly prefill: number | null
  readonly decode: number
}

export function constantPlan({prefill, decode}: FleetSize): FleetPlan {
  return {
    prefill: prefill === null ? null : [{atS: 0, count: prefill}],
    decode: [{atS: 0, count: decode}],
  }
}

/** What was asked for in a run, whoever asked: read off the lives of its instances. */
export function planOfRun(workers: readonly InstanceRecord[], topology: Fleet['topology']): FleetPlan {
  const stepsOf = (component: InstanceRecord['component']) =>
    stepsOfLives(workers.filter(worker => worker.component === component))
  return topology === 'agg'
    ? {prefill: null, decode: stepsOf('agg')}
    : {prefill: stepsOf('prefill'), decode: stepsOf('decode')}
}

function stepsOfLives(lives: readonly InstanceRecord[]): readonly PlanStep[] {
  const changes = new Map<number, number>()
  const change = (atMs: number, by: number) => changes.set(atMs, (changes.get(atMs) ?? 0) + by)
  change(0, 0)
  for (const {requestedMs, drainMs} of lives) {
    change(requestedMs, 1)
    if (drainMs !== null) change(drainMs, -1)
  }
  let count = 0
  const steps = [...changes]
    .sort(([a], [b]) => a - b)
    .map(([atMs, by]) => {
      count += by
      return {atS: atMs / 1000, count}
    })
  return mergeSteps(steps)
}

/** Without the steps that change nothing. */
export function mergeSteps(steps: readonly PlanStep[]): readonly PlanStep[] {
  return steps.filter((step, i) => i === 0 || step.count !== steps[i - 1]!.count)
}

/** The run of a plan: it begins with the plan's first sizes, as a fixed fleet does, and follows the rest as a schedule. */
export function scenarioOfPlan(base: Scenario, plan: FleetPlan): Scenario {
  const moments = new Set([...plan.decode, ...(plan.prefill ?? [])].map(({atS}) => atS))
  moments.delete(0)
  const steps = [...moments]
    .sort((a, b) => a - b)
    .map(at => ({
      at,
      ...(plan.prefill === null ? {} : {prefill: countAt(plan.prefill, at)}),
      decode: countAt(plan.decode, at),
    }))
  const first = {prefill: plan.prefill?.[0]?.count ?? null, decode: plan.decode[0]?.count ?? 0}
  return {
    ...base,
    fleet: withFleetSize(base.fleet, first),
    scaling: steps.length === 0 ? {policy: 'fixed'} : {policy: 'schedule', config: {steps}},
  }
}

export function countAt(steps: readonly PlanStep[], atS: number): number {
  return steps.findLast(step => step.atS <= atS)?.count ?? 0
}

export function withFleetSize(fleet: Fleet, {prefill, decode}: FleetSize): Fleet {
  const sized = (pool: PoolSpec, initialWorkers: number) => ({...pool, initialWorkers})
  return fleet.topology === 'agg'
    ? {topology: 'agg', workers: sized(fleet.workers, decode)}
    : {
        topology: 'disagg',
        prefill: sized(fleet.prefill, prefill ?? fleet.prefill.initialWorkers),
        decode: sized(fleet.decode, decode),
      }
}

export function fleetSizeOf(fleet: Fleet): FleetSize {
  return fleet.topology === 'agg'
    ? {prefill: null, decode: fleet.workers.initialWorkers}
    : {prefill: fleet.prefill.initialWorkers, decode: fleet.decode.initialWorkers}
}

/** Equal for equal plans. */
export function planKey({prefill, decode}: FleetPlan): string {
  const text = (steps: readonly PlanStep[]) => steps.map(({atS, count}) => `${atS}:${count}`).join()
  return `${prefill === null ? '' : text(prefill)}|${text(decode)}`
}
