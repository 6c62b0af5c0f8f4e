import {fail, ok, type Result} from '../../core/result.ts'
import {type Fleet, hasPhase, type PoolSpec, plannerOf, type Scenario, type WorkerType} from '../scenario.ts'
import {formsOf, releaseOf} from './release-forms.ts'

/**
 * The same engines as one pool that does both, or as two that share prefill and decode, with the planner's mode and GPU
 * counts following: what an instance is given stays as it is, but for what its pool is for.
 */
export function withTopology(scenario: Scenario, topology: Fleet['topology']): Result<Scenario> {
  const {fleet, scaling} = scenario
  if (fleet.topology === topology) return ok(scenario)
  if (scaling.policy === 'schedule')
    return fail('a schedule names the pools it sizes; give it one for this topology')
  const made = topology === 'agg' ? asOnePool(scenario) : asTwoPools(scenario)
  if (!made.ok) return made
  const next = {...scenario, fleet: made.value}
  const planner = plannerOf(scenario)
  if (planner === null) return ok(next)
  const {plannerValues, readPlanner} = formsOf(releaseOf(scenario))
  const values = plannerValues(planner)
  const gpus = planner.decode_engine_num_gpu ?? planner.prefill_engine_num_gpu
  const parsed = readPlanner({
    ...values,
    mode: topology,
    decode_engine_num_gpu: gpus,
    ...(topology === 'agg' ? {} : {prefill_engine_num_gpu: planner.prefill_engine_num_gpu ?? gpus}),
  })
  if (!parsed.ok) return parsed
  const phase =
    hasPhase(scaling) && scaling.phaseShiftS !== undefined ? {phaseShiftS: scaling.phaseShiftS} : {}
  return ok({...next, scaling: {...parsed.value.scaling, ...phase}})
}

/** As many instances as both pools have, with what the decode pool is given. */
function asOnePool(scenario: Scenario): Result<Fleet> {
  const {fleet} = scenario
  if (fleet.topology === 'agg') return ok(fleet)
  const workers = poolFor(scenario, fleet.decode, 'aggregated')
  if (!workers.ok) return workers
  const initialWorkers = fleet.prefill.initialWorkers + fleet.decode.initialWorkers
  return ok({topology: 'agg', workers: {...workers.value, initialWorkers}})
}

/** Its instances shared between the pools, one each at the least. */
function asTwoPools(scenario: Scenario): Result<Fleet> {
  const {fleet} = scenario
  if (fleet.topology === 'disagg') return ok(fleet)
  const prefill = poolFor(scenario, fleet.workers, 'prefill')
  if (!prefill.ok) return prefill
  const decode = poolFor(scenario, fleet.workers, 'decode')
  if (!decode.ok) return decode
  const {initialWorkers: count} = fleet.workers
  const first = Math.max(Math.ceil(count / 2), 1)
  return ok({
    topology: 'disagg',
    prefill: {...prefill.value, initialWorkers: first},
    decode: {...decode.value, initialWorkers: Math.max(count - first, 1)},
  })
}

function poolFor(scenario: Scenario, pool: PoolSpec, workerType: WorkerType): Result<PoolSpec> {
  const {engineTiming} = scenario
  const {engineValues, readEngine} = formsOf(releaseOf(scenario))
  const values = {...engineValues(pool.args, engineTiming), worker_type: workerType}
  const parsed = readEngine(values, {flag: 'engine args', workerType, engineTiming})
  return parsed.ok ? ok({...pool, args: {...parsed.value.args, worker_type: workerType}}) : parsed
}
