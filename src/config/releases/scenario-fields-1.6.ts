import {fail, ok} from '../../core/result.ts'
import {formatPlannerModels, parsePlannerModels} from '../planner/planner-models.ts'
import {FIRST_RELEASE, RELEASES} from '../release.ts'
import {type Scenario, sampleOrderSeedOf} from '../scenario.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {only16, reportedBound, type ScenarioLens, sometimes, withOrWithout} from '../scenario-lens.ts'
import {releaseLens} from './release-lenses.ts'

const theirs = {owner: 'reference'} as const
const fixed = {isKnob: false} as const
const knob = {isKnob: true} as const
const of16 = {
  ...theirs,
  only: '1.6.1',
  linkAfter: 'scaling',
  group: 'run',
  advanced: true,
  nullable: true,
  default: null,
} as const
const bound = {
  ...fixed,
  flagGroup: 'Other',
  metavar: 'MS',
  unit: 'ms',
  type: 'number',
  min: 0,
  max: 1e12,
} as const

/** Which release is replayed. */
export const RELEASE_FIELD: ScenarioField = {
  owner: 'ours',
  ...knob,
  ...releaseLens(),
  key: 'dynamo',
  link: 'dynamo',
  linkAfter: 'trace',
  group: 'picked',
  flagGroup: 'Fleet',
  label: 'Dynamo release',
  help:
    'Release of ai-dynamo whose engine and planner are replayed. Default: 1.6.1 if the engine args are written as it ' +
    'takes them ({"engine": {…}}), else 1.2.1.',
  unit: null,
  advanced: false,
  type: 'choice',
  nullable: false,
  choices: RELEASES,
  default: FIRST_RELEASE,
}

/** The scenario's own fields that 1.6.1 alone knows. */
export const SCENARIO_FIELDS_16: readonly ScenarioField[] = [
  {
    ...of16,
    ...fixed,
    ...only16(sometimes('maxSimTimeMs')),
    key: 'max_sim_time_ms',
    link: 'max-sim-time-ms',
    flagGroup: 'Trace',
    label: 'Longest time',
    help: 'Stop at this simulated time; requests not over by then count for nothing (1.6.1).',
    unit: 'ms',
    type: 'number',
    min: 0,
    max: 1e12,
    metavar: 'MS',
  },
  {
    ...of16,
    ...knob,
    ...only16(sometimes('kvEventLagMs')),
    key: 'kv_event_lag_ms',
    link: 'kv-event-lag-ms',
    flagGroup: 'Router',
    label: 'KV event lag',
    help: 'What instances cache is known to the KV router so much later (1.6.1).',
    unit: 'ms',
    type: 'number',
    min: 0,
    max: 1e9,
    metavar: 'MS',
  },
  {
    ...of16,
    ...bound,
    ...reportedBound('ttftMs'),
    key: 'sla_ttft_ms',
    link: 'sla-ttft-ms',
    label: 'Reported TTFT bound',
    help: "Bound on the TTFT of the report's good requests (1.6.1).",
  },
  {
    ...of16,
    ...bound,
    ...reportedBound('itlMs'),
    key: 'sla_itl_ms',
    link: 'sla-itl-ms',
    label: 'Reported ITL bound',
    help: "Bound on the mean ITL of the report's good requests (1.6.1).",
  },
  {
    ...of16,
    ...bound,
    ...reportedBound('e2eMs'),
    key: 'sla_e2e_ms',
    link: 'sla-e2e-ms',
    label: 'Reported end-to-end bound',
    help: 'Bound on their end-to-end latency; comes alone (1.6.1).',
  },
  {
    ...of16,
    ...fixed,
    ...plannerModelsLens(),
    needs: 'planner',
    key: 'performance_model_metadata',
    link: 'planner-models',
    flagGroup: 'Planner',
    metavar: 'JSON',
    label: 'Planner models',
    help: "JSON by role: model, backend and GPU the planner's estimates start from, where the engine args do not say (1.6.1).",
    unit: null,
    type: 'text',
  },
  {
    ...of16,
    owner: 'ours',
    ...knob,
    read: sampleOrderSeedOf,
    write: writeSampleOrder,
    needs: 'planner',
    key: 'sample_order_seed',
    link: 'sample-order-seed',
    flagGroup: 'Planner',
    label: 'Sample order',
    help:
      "Seed of the order in which 1.6.1's planner keeps its samples, which in the release is another in every process; 0 = by " +
      'their keys.',
    unit: null,
    type: 'integer',
    nullable: false,
    min: 0,
    max: 2 ** 32 - 1,
    default: 0,
  },
]

function writeSampleOrder(scenario: Scenario, value: unknown) {
  const {scaling} = scenario
  if (scaling.policy === 'dynamo' && scaling.release === '1.6.1')
    return ok({...scenario, scaling: withOrWithout(scaling, 'sampleOrderSeed', value === 0 ? null : value)})
  return value === 0
    ? ok(scenario)
    : fail("only 1.6.1's planner keeps samples in an order of its own", 'sample_order_seed')
}

/** Told as one JSON text. */
function plannerModelsLens(): ScenarioLens {
  return only16({
    read: ({plannerModels}) => (plannerModels === undefined ? null : formatPlannerModels(plannerModels)),
    write: (scenario, value) => {
      if (value === null) return ok(withOrWithout(scenario, 'plannerModels', null))
      const models = parsePlannerModels(String(value))
      return models.ok ? ok({...scenario, plannerModels: models.value}) : models
    },
  })
}
