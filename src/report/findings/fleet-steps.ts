import type {PoolName} from '../../config/scenario.ts'
import type {EngineRecord} from '../../engine/record/record.ts'

/** How many instances of a pool served, and from when. */
export interface FleetStep {
  readonly atS: number
  readonly serving: number
}

/** The fleet over time, from the lives of its instances: one ascending list of steps per pool. */
export type FleetSteps = ReadonlyMap<PoolName, readonly FleetStep[]>

export function fleetSteps({workers}: EngineRecord): FleetSteps {
  const changes = new Map<PoolName, Map<number, number>>()
  for (const {component, readyMs, drainMs, exitMs} of workers) {
    const pool = changes.get(component) ?? new Map<number, number>()
    changes.set(component, pool)
    if (readyMs === null) continue
    pool.set(readyMs, (pool.get(readyMs) ?? 0) + 1)
    const leavesMs = drainMs ?? exitMs
    if (leavesMs !== null) pool.set(leavesMs, (pool.get(leavesMs) ?? 0) - 1)
  }
  return new Map([...changes].map(([pool, own]) => [pool, stepsOf(own)]))
}

function stepsOf(changes: ReadonlyMap<number, number>): FleetStep[] {
  let serving = 0
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([atMs, change]) => {
      serving += change
      return {atS: atMs / 1000, serving}
    })
}

/** Instances serving at a moment. */
export function servingAt(steps: readonly FleetStep[], atS: number): number {
  let serving = 0
  for (const step of steps) {
    if (step.atS > atS) break
    serving = step.serving
  }
  return serving
}

/** Instance-seconds that served between two moments. */
export function servingSeconds(steps: readonly FleetStep[], fromS: number, toS: number): number {
  let sum = 0
  steps.forEach(({atS, serving}, i) => {
    const from = Math.max(atS, fromS)
    const to = Math.min(steps[i + 1]?.atS ?? Number.POSITIVE_INFINITY, toS)
    if (to > from) sum += serving * (to - from)
  })
  return sum
}
