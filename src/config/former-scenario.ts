import {isObject} from '../core/is-object.ts'
import {type Fleet, type PoolSpec, phaseShiftOf, plannerOf, type Scenario} from './scenario.ts'

/**
 * A scenario, or what is left of it, under the keys it had while Dynamo's planner was the only policy there was: `planner`, null for a fixed
 * fleet, and `plannerPhaseShiftS`. Checksums of scenarios that could be said then are made of this form, so that
 * results kept since stay found.
 */
export function formerScenario({scaling, fleet, ...same}: Pick<Scenario, 'scaling' | 'fleet'>): object {
  const former = {...same, fleet: formerFleet(fleet)}
  return isFormer(scaling) ? {...former, ...formerPlanner({scaling})} : {...former, scaling}
}

/** The two keys alone. */
export function formerPlanner(scenario: Pick<Scenario, 'scaling'>): object {
  const plannerPhaseShiftS = phaseShiftOf(scenario)
  const phase = plannerPhaseShiftS === 0 ? {} : {plannerPhaseShiftS}
  return {planner: plannerOf(scenario), ...phase}
}

function isFormer(scaling: Scenario['scaling']): boolean {
  return scaling.policy === 'fixed' || (scaling.policy === 'dynamo' && scaling.release === '1.2.1')
}

function formerFleet(fleet: Fleet): object {
  const {topology} = fleet
  if (topology === 'agg') return {topology, workers: formerPool(fleet.workers)}
  return {topology, prefill: formerPool(fleet.prefill), decode: formerPool(fleet.decode)}
}

function formerPool({gpusPerInstance, ...pool}: PoolSpec): object {
  return gpusPerInstance === null ? pool : {...pool, gpusPerInstance}
}

/** A scenario kept under the former keys, under today's. Whether it is a whole scenario is for the reader to check. */
export function fromFormerScenario(former: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const {planner, plannerPhaseShiftS, fleet, ...same} = former
  const phase = typeof plannerPhaseShiftS === 'number' && plannerPhaseShiftS !== 0
  const scaling =
    planner === null
      ? {policy: 'fixed'}
      : {
          policy: 'dynamo',
          release: '1.2.1',
          config: planner,
          ...(phase ? {phaseShiftS: plannerPhaseShiftS} : {}),
        }
  return {...same, fleet: fromFormerFleet(fleet), scaling}
}

function fromFormerFleet(fleet: unknown): unknown {
  if (!isObject(fleet)) return fleet
  return Object.fromEntries(
    Object.entries(fleet).map(([key, pool]) => [
      key,
      isObject(pool) ? {gpusPerInstance: null, ...pool} : pool,
    ]),
  )
}
