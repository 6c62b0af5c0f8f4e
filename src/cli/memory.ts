import {totalmem} from 'node:os'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {forecastMemory, judgeMemory, type TrafficSize} from '../run/memory-forecast.ts'

/** What to tell the user beforehand, or why the run is not begun: it would end in the middle, or take the machine with it. */
export function checkMemory(scenario: Scenario, traffic: TrafficSize): Result<readonly string[]> {
  const verdict = judgeMemory(forecastMemory(scenario, traffic), {
    bytes: machineBytes(),
    place: 'this machine has',
  })
  if (verdict.kind === 'refused') return fail(verdict.message)
  return ok(verdict.kind === 'tight' ? [verdict.message] : [])
}

/** A container may allow less than the machine has; where there is none, the figure is 0 or beyond all memory. */
function machineBytes(): number {
  const allowed = process.constrainedMemory?.() ?? 0
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()
}
