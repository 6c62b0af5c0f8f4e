import type {FieldValue} from '../config/field-text.ts'
import {COMMON_SYSTEMS} from '../config/gpus.ts'
import {ok, type Result} from '../core/result.ts'
import {axisOf, type SweepAxis} from './axis.ts'

/** A ready-made sweep of any base scenario. */
export interface SweepPreset {
  readonly id: string
  readonly title: string
  /** What it shows, in a sentence. */
  readonly description: string
  readonly axes: readonly (readonly [key: string, values: readonly FieldValue[]])[]
  /** Every point has the KV cache that its engine has room for. */
  readonly sizesKv?: boolean
}

export const SWEEP_PRESETS: readonly SweepPreset[] = [
  {
    id: 'cold-start',
    title: 'Cold start',
    description: 'Start-up time 0 to 300 s: when new instances come too late to help.',
    axes: [['startup_time', range(0, 300, 10)]],
  },
  {
    id: 'load-interval',
    title: 'Load interval',
    description: 'How often load scaling looks: every second to just under the throughput interval of 300 s.',
    axes: [
      ['planner.load_adjustment_interval', [1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 299]],
    ],
  },
  {
    id: 'ttft-target',
    title: 'TTFT target',
    description: 'What a tighter time to first token costs.',
    axes: [['planner.ttft', [200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 8000]]],
  },
  {
    id: 'itl-target',
    title: 'ITL target',
    description: 'What a tighter time between tokens costs.',
    axes: [['planner.itl', [10, 15, 20, 25, 30, 40, 50, 75, 100, 150]]],
  },
  {
    id: 'frontier',
    title: 'Fixed fleets and the planner',
    description:
      'Attainment against GPU-hours of 1 to 12 fixed workers, and of the planner starting from each.',
    axes: [
      ['num_workers', range(1, 12, 1)],
      ['planner', ['off', 'on']],
    ],
  },
  {
    id: 'sku-tp',
    title: 'GPU and tensor parallelism',
    description:
      'The common GPU types at 1, 2, 4 and 8 GPUs per engine, each with the KV cache it has room for; needs the GPU tables ' +
      '(engine timing aic). Any other GPU of the tables can be named among the values.',
    sizesKv: true,
    axes: [
      ['tp', [1, 2, 4, 8]],
      ['engine.aic_system', COMMON_SYSTEMS],
    ],
  },
]

/** The preset's axes, ready for a grid. */
export function presetAxes(preset: SweepPreset): Result<readonly SweepAxis[]> {
  const axes: SweepAxis[] = []
  for (const [name, values] of preset.axes) {
    const axis = axisOf(name, values)
    if (!axis.ok) return axis
    axes.push(axis.value)
  }
  return ok(axes)
}

export function findSweepPreset(id: string): SweepPreset | null {
  return SWEEP_PRESETS.find(preset => preset.id === id) ?? null
}

function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({length: (to - from) / step + 1}, (_, i) => from + i * step)
}
