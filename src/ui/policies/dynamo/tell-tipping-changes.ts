import type {PlannerConfig} from '../../../config/scenario.ts'
import type {TickTipping, TippingChange} from '../../../policies/dynamo/tipping/tipping.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import type {Remedy} from '../../../report/findings/finding.ts'
import {tellTipping} from './tell-tipping.ts'

export interface ToldChange {
  readonly change: TippingChange
  readonly text: string
  /** The same as a knob of the scenario; null = nobody sets it: it is what the load was. */
  readonly knob: Remedy | null
}

/** Settings in the order in which an operator would reach for them. */
const SETTINGS: readonly TippingChange['input'][] = [
  'min_endpoint',
  'prefill_min_endpoint',
  'decode_min_endpoint',
  'ttft',
  'itl',
  'max_gpu_budget',
  'min_gpu_budget',
  'load_scaling_down_sensitivity',
  'decode_scale_up_kv_rate',
  'decode_scale_down_kv_rate',
  'prefill_scale_up_queue_tokens',
  'prefill_scale_down_queue_tokens',
  'max_throughput_scaling_replicas',
]

/** Values the planner's config takes; a fleet of nothing answers no question. */
const LEAST: Readonly<Partial<Record<TippingChange['input'], number>>> = {max_gpu_budget: 1, min_endpoint: 1}

/** Changes of both kinds in words: what can be set first, in the operator's order, then what the load would have had to be. */
export function tellTippingChanges(
  {fleet, bounds}: TickTipping,
  tick: DynamoTick,
  config: PlannerConfig,
): ToldChange[] {
  const tell = (change: TippingChange, what: 'fleet' | 'bounds'): ToldChange => ({
    change,
    text: tellTipping(change, what, tick),
    knob: knobOf(change, config),
  })
  return [...fleet.map(change => tell(change, 'fleet')), ...bounds.map(change => tell(change, 'bounds'))]
    .filter(({change}) => change.to >= (LEAST[change.input] ?? Number.NEGATIVE_INFINITY))
    .sort((a, b) => rankOf(a) - rankOf(b) || a.change.relativeChange - b.change.relativeChange)
}

function rankOf({change}: ToldChange): number {
  const rank = SETTINGS.indexOf(change.input)
  return rank < 0 ? SETTINGS.length : rank
}

function knobOf({input, to}: TippingChange, config: PlannerConfig): Remedy | null {
  return SETTINGS.includes(input) && input in config ? {[`planner.${input}`]: to} : null
}
