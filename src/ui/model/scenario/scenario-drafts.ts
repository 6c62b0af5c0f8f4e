import {DEFAULT_AIC_PERF} from '../../../config/engine/aic-perf.ts'
import {DEFAULT_SHARE} from '../../../config/objective.ts'
import {formsOf, releaseOf} from '../../../config/releases/release-forms.ts'
import type {Fleet, PoolSpec, Scenario, WorkerType} from '../../../config/scenario.ts'
import {scenarioValues} from '../../../config/scenario-fields.ts'
import {type Drafts, draftsOf, type Values} from '../../kit/form/draft.ts'
import {FIRST_TRAFFIC, type FormPart, fieldsOf, type PoolPart, valuesOfPool} from './form-parts.ts'

export type PartDrafts = Record<FormPart, Drafts>

/** Parts a scenario does not have are filled from the guide, for when they are switched on. */
export function draftsOfScenario(scenario: Scenario): PartDrafts {
  const {fleet} = scenario
  const release = releaseOf(scenario)
  const fields = fieldsOf(release)
  const pools = poolsFor(fleet)
  const poolDrafts = (part: PoolPart): Drafts => draftsOf(fields[part], valuesOfPool(pools[part], scenario))
  return {
    trace: draftsOf(fields.trace, scenarioValues(scenario)),
    traffic: draftsOf(fields.traffic, {arrival_seed: 42, ...(scenario.synthetic ?? FIRST_TRAFFIC)}),
    engine: poolDrafts('engine'),
    prefill: poolDrafts('prefill'),
    decode: poolDrafts('decode'),
    router: draftsOf(fields.router, {
      ...(scenario.routerConfig ?? formsOf(release).defaultRouter),
      ...(scenario.aicPerf ?? DEFAULT_AIC_PERF),
    }),
    planner: draftsOf(fields.planner, plannerValuesOf(scenario)),
    objective: draftsOf(fields.objective, {
      ttft_ms: scenario.objective?.ttftMs ?? null,
      itl_ms: scenario.objective?.itlMs ?? null,
      share: scenario.objective?.share ?? DEFAULT_SHARE,
    }),
    run: draftsOf(fields.run, scenarioValues(scenario)),
  }
}

function poolsFor(fleet: Fleet): Record<PoolPart, PoolSpec> {
  const any = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const as = (workerType: WorkerType): PoolSpec => ({...any, args: {...any.args, worker_type: workerType}})
  return fleet.topology === 'agg'
    ? {engine: fleet.workers, prefill: as('prefill'), decode: as('decode')}
    : {engine: as('aggregated'), prefill: fleet.prefill, decode: fleet.decode}
}

function plannerValuesOf(scenario: Scenario): Values {
  const {scaling, fleet} = scenario
  const forms = formsOf(releaseOf(scenario))
  if (scaling.policy === 'dynamo') return forms.plannerValues(scaling.config)
  const usual = forms.readPlanner({mode: fleet.topology})
  return usual.ok ? forms.plannerValues(usual.value.scaling.config) : {}
}
