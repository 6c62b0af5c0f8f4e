import type {FieldShape} from '../config/field.ts'
import type {FieldValue} from '../config/field-text.ts'
import {PLANNER_PHASE_FIELD, TRACE_SEED_FIELD} from '../config/repeat-fields.ts'
import {type EngineTiming, plannerOf, type RouterMode, type Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {applyEngineField, applyPlannerField, applyWorkers} from './apply-field.ts'
import {withPlannerPhase} from './repeats.ts'

/** A knob by itself, before the user's spelling of its name is known. */
export interface RunKnob {
  readonly path: string
  readonly label: string
  readonly help: string
  readonly unit: string | null
  readonly field: FieldShape
  readonly apply: (scenario: Scenario, value: FieldValue) => Result<Scenario>
}

const workerCount = {type: 'integer', nullable: false, min: 1, max: 100_000, default: 1} as const

/** Knobs outside the engine args and the planner config: flags of the command line, under their names. */
export const RUN_KNOBS: readonly RunKnob[] = [
  {
    path: 'num_workers',
    label: 'Workers',
    help: 'Instances of an aggregated fleet at the start.',
    unit: 'instances',
    field: workerCount,
    apply: (scenario, value) => applyWorkers(scenario, 'workers', Number(value)),
  },
  {
    path: 'num_prefill_workers',
    label: 'Prefill workers',
    help: 'Prefill instances at the start.',
    unit: 'instances',
    field: workerCount,
    apply: (scenario, value) => applyWorkers(scenario, 'prefill', Number(value)),
  },
  {
    path: 'num_decode_workers',
    label: 'Decode workers',
    help: 'Decode instances at the start.',
    unit: 'instances',
    field: workerCount,
    apply: (scenario, value) => applyWorkers(scenario, 'decode', Number(value)),
  },
  {
    path: 'arrival_speedup_ratio',
    label: 'Arrival speed-up',
    help: 'Divides the time between arrivals; 2 = twice the load.',
    unit: '×',
    field: {type: 'number', nullable: false, min: Number.MIN_VALUE, max: 1e9, default: 1},
    apply: (scenario, value) => ok({...scenario, arrivalSpeedupRatio: Number(value)}),
  },
  {
    path: 'trace_block_size',
    label: 'Trace block size',
    help: 'Tokens one hash id of the trace stands for.',
    unit: 'tokens',
    field: {type: 'integer', nullable: false, min: 1, max: 1_048_576, default: 512},
    apply: (scenario, value) => ok({...scenario, traceBlockSize: Number(value)}),
  },
  {
    path: 'router_mode',
    label: 'Router',
    help: 'How requests find an instance.',
    unit: null,
    field: choice('round_robin', 'kv_router'),
    apply: (scenario, value) => ok({...scenario, routerMode: value as RouterMode}),
  },
  {
    path: 'engine_timing',
    label: 'Engine timing',
    help: 'Where pass times come from.',
    unit: null,
    field: choice('aic', 'polynomial', 'profile'),
    apply: (scenario, value) => ok({...scenario, engineTiming: value as EngineTiming}),
  },
  {
    path: 'benchmark_granularity',
    label: 'Benchmark granularity',
    help: "Points per axis of the AIC benchmark that bootstraps the planner's regressions.",
    unit: 'points',
    field: {type: 'integer', nullable: false, min: 1, max: 10_000, default: 8},
    apply: (scenario, value) => ok({...scenario, benchmarkGranularity: Number(value)}),
  },
  {
    path: 'seed',
    label: 'Seed',
    help: 'Seed of everything random (ties of the KV router).',
    unit: null,
    field: {type: 'integer', nullable: false, min: 0, max: 2 ** 32 - 1, default: 0},
    apply: (scenario, value) => ok({...scenario, seed: Number(value)}),
  },
  {
    path: 'planner_phase',
    label: 'Planner phase',
    help: "The planner's ticks begin this much later than the reference's.",
    unit: 's',
    field: PLANNER_PHASE_FIELD,
    apply: applyPlannerPhase,
  },
  {
    path: 'trace_seed',
    label: 'Trace seed',
    help: "The trace, one of the site's own, is made anew with this seed.",
    unit: null,
    field: TRACE_SEED_FIELD,
    apply: (scenario, value) => ok({...scenario, traceSeed: Number(value)}),
  },
  {
    path: 'planner',
    label: 'Planner in the loop',
    help: 'off = the initial fleet serves alone; its targets still count for SLA attainment.',
    unit: null,
    field: choice('on', 'off'),
    apply: applyPlannerSwitch,
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

function choice(...choices: readonly string[]): FieldShape {
  return {type: 'choice', nullable: false, choices, default: choices[0] ?? null}
}

function applyPlannerSwitch(scenario: Scenario, value: FieldValue): Result<Scenario> {
  if (value === 'off') return ok({...scenario, scaling: {policy: 'fixed'}})
  return plannerOf(scenario) === null
    ? fail('there is no planner to leave on; give it a planner config (--planner-config)')
    : ok(scenario)
}

function applyPlannerPhase(scenario: Scenario, value: FieldValue): Result<Scenario> {
  if (plannerOf(scenario) === null)
    return fail('this run has no planner; give it a planner config (--planner-config)')
  return ok(withPlannerPhase(scenario, Number(value)))
}

function applyTensorParallelism(scenario: Scenario, value: FieldValue): Result<Scenario> {
  const engines = applyEngineField(scenario, {pool: 'engine', path: 'aic_tp_size'}, value)
  if (!engines.ok || plannerOf(engines.value) === null) return engines
  const decode = applyPlannerField(engines.value, 'decode_engine_num_gpu', value)
  return decode.ok ? applyPlannerField(decode.value, 'prefill_engine_num_gpu', value) : decode
}
