import type {FieldShape} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import {OBJECTIVE_FIELDS, objectiveOf} from '../config/objective.ts'
import {POOL_FIELDS, type PoolField} from '../config/pool-fields.ts'
import {withTopology} from '../config/releases/with-topology.ts'
import {plannerOf, type Scenario} from '../config/scenario.ts'
import type {ScenarioField} from '../config/scenario-field.ts'
import {SCENARIO_FIELDS} from '../config/scenario-fields.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {applyEngineField, applyPlannerField, applyPoolField} from './apply-field.ts'

/** A knob by itself, before the user's spelling of its name is known. */
export interface RunKnob {
  readonly path: string
  readonly label: string
  readonly help: string
  readonly unit: string | null
  readonly field: FieldShape
  readonly apply: (scenario: Scenario, value: FieldValue) => Result<Scenario>
}

/** What the paths of the objective's knobs begin with. */
export const OBJECTIVE_KNOBS = 'objective.'
const OBJECTIVE_PARTS = {ttft_ms: 'ttftMs', itl_ms: 'itlMs', share: 'share'} as const

const POOL_WORDS = {agg: '', prefill: ' (prefill)', decode: ' (decode)'} as const

/** Knobs outside the engine args and the planner config: flags of the command line, under their names. */
export const RUN_KNOBS: readonly RunKnob[] = [
  ...POOL_FIELDS.flatMap(poolKnobs),
  ...SCENARIO_FIELDS.filter(field => field.isKnob).map(ownKnob),
  ...OBJECTIVE_FIELDS.map(objectiveKnob),
  {
    path: 'planner',
    label: 'Planner in the loop',
    help: 'off = the initial fleet serves alone; its targets still count for SLA attainment.',
    unit: null,
    field: choice('on', 'off'),
    apply: applyPlannerSwitch,
  },
  {
    path: 'topology',
    label: 'Topology',
    help: 'agg = every instance does prefill and decode; disagg = the same engines as two pools, shared between them.',
    unit: null,
    field: choice('agg', 'disagg'),
    apply: (scenario, value) => withTopology(scenario, value === 'disagg' ? 'disagg' : 'agg'),
  },
  {
    path: 'tp',
    label: 'Tensor parallelism',
    help: "GPUs of one engine: its aic_tp_size, and the planner's GPU count so that GPU-hours follow.",
    unit: 'GPUs',
    field: {type: 'integer', nullable: false, min: 1, max: 1024, default: 1},
    apply: applyTensorParallelism,
  },
]

function ownKnob(field: ScenarioField): RunKnob {
  const {key, label, help, unit, write} = field
  return {path: key, label, help, unit, field, apply: write}
}

/** Its parts one by one, because the whole has commas in it, as a list of values has. */
function objectiveKnob(field: (typeof OBJECTIVE_FIELDS)[number]): RunKnob {
  const {key, label, help, unit} = field
  return {
    path: `${OBJECTIVE_KNOBS}${key}`,
    label,
    help,
    unit,
    field,
    apply: (scenario, value) =>
      value === null ? ok(scenario) : applyObjective(scenario, key, Number(value)),
  }
}

function applyObjective(
  scenario: Scenario,
  key: keyof typeof OBJECTIVE_PARTS,
  value: number,
): Result<Scenario> {
  const objective = objectiveOf(scenario)
  if (objective === null)
    return fail('nothing says what this run is judged by; give it an objective (--objective ttft=MS,itl=MS)')
  return ok({...scenario, objective: {...objective, [OBJECTIVE_PARTS[key]]: value}})
}

function poolKnobs(field: PoolField): readonly RunKnob[] {
  const {label, help, unit} = field
  return (['agg', 'prefill', 'decode'] as const).map(pool => ({
    path: field.names[pool],
    label: `${label}${POOL_WORDS[pool]}`,
    help,
    unit,
    field,
    apply: (scenario, value) =>
      applyPoolField(scenario, {pool, field}, value === null ? null : Number(value)),
  }))
}

function choice(...choices: readonly string[]): FieldShape {
  return {type: 'choice', nullable: false, choices, default: choices[0] ?? null}
}

function applyPlannerSwitch(scenario: Scenario, value: FieldValue): Result<Scenario> {
  if (value === 'off') return ok({...scenario, scaling: {policy: 'fixed'}})
  return plannerOf(scenario) === null
    ? fail('there is no planner to leave on; give it a planner config (--planner-config)')
    : ok(scenario)
}

function applyTensorParallelism(scenario: Scenario, value: FieldValue): Result<Scenario> {
  const engines = applyEngineField(scenario, {pool: 'engine', path: 'aic_tp_size'}, value)
  if (!engines.ok || plannerOf(engines.value) === null) return engines
  const decode = applyPlannerField(engines.value, 'decode_engine_num_gpu', value)
  return decode.ok ? applyPlannerField(decode.value, 'prefill_engine_num_gpu', value) : decode
}
