import {plannerKeyAdvice} from './former-planner-keys.ts'
import {defaultPlannerConfig16, INERT_PLANNER_FIELDS_16, PLANNER_KEYS_16} from './planner-fields-1.6.ts'
import type {PlannerConfig16} from './planner-shape-1.6.ts'

export interface NotedConfig {
  readonly given: ReadonlyMap<string, unknown>
  /** Before the target forces the scaling modes. */
  readonly asGiven: PlannerConfig16
  readonly config: PlannerConfig16
}

/** What the reference warns about, and what it passes over in silence. */
export function plannerNotes16(noted: NotedConfig): readonly string[] {
  return [...unknownKeys(noted), ...targetNotes(noted), ...sweepNotes(noted), ...inertNotes(noted)]
}

const MOST_NAMED = 10

/** The reference ignores them in silence, so a typo has no effect there. */
function unknownKeys({given}: NotedConfig): readonly string[] {
  const unknown = [...given.keys()].filter(key => !PLANNER_KEYS_16.has(key))
  const notes = unknown.slice(0, MOST_NAMED).map(key => {
    const older = OLDER_KEYS[key]
    if (older !== undefined) return `planner.${key} is a field of Dynamo 1.2.1; ${older}.`
    return `planner.${key.slice(0, 60)} is not a planner field and is ignored${plannerKeyAdvice(key, PLANNER_KEYS_16)}.`
  })
  if (unknown.length > MOST_NAMED) {
    notes.push(`${unknown.length - MOST_NAMED} more unknown planner fields are ignored.`)
  }
  return notes
}

/** Keys that only 1.2.1 has, and what became of them. */
const OLDER_KEYS: Readonly<Record<string, string>> = {
  load_metric_samples: '1.6.1 has none such and ignores it',
}

function targetNotes({asGiven}: NotedConfig): readonly string[] {
  const {optimization_target: target, ttft, itl} = asGiven
  const notes: string[] = []
  if (target === 'load' && asGiven.enable_throughput_scaling) {
    notes.push(
      "optimization_target='load' disables throughput-based scaling; it uses load-based scaling only.",
    )
  }
  const isUsual = ttft === defaultPlannerConfig16.ttft && itl === defaultPlannerConfig16.itl
  if (target !== 'sla' && !isUsual) {
    notes.push(
      `optimization_target=${target} ignores ttft_ms and itl_ms; set optimization_target to "sla" to scale by them.`,
    )
  }
  return notes
}

function sweepNotes({config, given}: NotedConfig): readonly string[] {
  const {enable_throughput_scaling: isOn, pre_deployment_sweeping_mode: mode} = config
  if (!isOn) return []
  if (mode === null || mode === 'none') {
    return [
      "pre_deployment_sweeping_mode is 'none' while throughput scaling is on: harmless, a replay never sweeps.",
    ]
  }
  if (mode !== 'rapid' || given.get('aic_interpolation') != null) return []
  return [
    "pre_deployment_sweeping_mode='rapid' without aic_interpolation: harmless, a replay never runs that sweep.",
  ]
}

const ALSO_INERT = ['plugin_registration', 'metric_pulling_prometheus_extra_query_params']

function inertNotes({given}: NotedConfig): readonly string[] {
  const keys = [...INERT_PLANNER_FIELDS_16.map(({key}) => key), ...ALSO_INERT].filter(key => given.has(key))
  return keys.length === 0 ? [] : [`Without effect in a replay: ${keys.join(', ')}.`]
}
