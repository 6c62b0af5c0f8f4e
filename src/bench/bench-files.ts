import type {Band} from '../sweep/repeats.ts'
import type {BenchLine, BenchResult} from './bench-result.ts'
import {tellVerdict} from './bench-verdict.ts'
import {linePrice} from './priced-bench.ts'

/** Bands of a line, under the names that files have for them. */
const BANDS = [
  ['share_in_time', line => line.share],
  ['ttft_ms_p50', line => line.ttftMsP50],
  ['ttft_ms_p90', line => line.ttftMsP90],
  ['gpu_hours', line => line.gpuHours],
  ['scalings', line => line.scalings],
  ['out_of_objective_s', line => line.outOfObjectiveS],
] as const satisfies readonly (readonly [string, (line: BenchLine) => Band])[]

/** One row per policy, median, least and most of each figure beside each other; hindsight is a row of its own. */
export function formatBenchCsv(result: BenchResult): string {
  const header = [
    'policy',
    'label',
    'runs',
    'holds',
    ...BANDS.flatMap(([name]) => [name, `${name}_min`, `${name}_max`]),
    'cost',
    'regret_gpu_hours',
    'regret_share',
  ]
  const rows = result.lines.map(line => [
    line.id,
    quoted(line.label),
    line.runs,
    line.holds,
    ...BANDS.flatMap(([, bandOf]) => {
      const {median, min, max} = bandOf(line)
      return [median, min, max]
    }),
    costOf(line.gpuHours.median, linePrice(line, result)) ?? '',
    line.regret?.gpuHours ?? '',
    line.regret?.share ?? '',
  ])
  return [header, ...rows].map(row => `${row.join(',')}\n`).join('')
}

export function formatBenchJson(result: BenchResult): string {
  const {objective, hindsight, bound} = result
  const found = result.lines.find(({kind}) => kind === 'hindsight')
  const json = {
    objective: {ttft_ms: objective.ttftMs, itl_ms: objective.itlMs, share: objective.share},
    phases: result.phases,
    price_per_gpu_hour: onePrice(result),
    policies: result.lines.map(line => ({
      id: line.id,
      label: line.label,
      runs: line.runs,
      holds: line.holds,
      ...Object.fromEntries(BANDS.map(([name, bandOf]) => [name, bandOf(line)])),
      cost: costOf(line.gpuHours.median, linePrice(line, result)),
      regret: line.regret === null ? null : {gpu_hours: line.regret.gpuHours, share: line.regret.share},
    })),
    hindsight:
      hindsight === null
        ? null
        : {
            note: 'best found, not proven',
            gpu_hours: hindsight.figures.gpuHours,
            share_in_time: hindsight.figures.share,
            cost: costOf(
              hindsight.figures.gpuHours,
              found === undefined ? result.pricePerGpuHour : linePrice(found, result),
            ),
            from: hindsight.from,
            runs: hindsight.runs,
            is_settled: hindsight.isSettled,
            schedule: hindsight.plan,
          },
    least_work:
      bound === null
        ? null
        : {
            gpu_hours: bound.gpuHours,
            prompt_gpu_hours: bound.promptGpuHours,
            prompt_tokens: bound.promptTokens,
            output_tokens: bound.outputTokens,
          },
    verdict: tellVerdict(result),
  }
  return `${JSON.stringify(json, null, 2)}\n`
}

/** null where nobody said, or where lines differ because their pools' GPUs do. */
function onePrice(result: BenchResult): number | null {
  const {pricePerGpuHour} = result
  return result.lines.every(line => linePrice(line, result) === pricePerGpuHour) ? pricePerGpuHour : null
}

function costOf(gpuHours: number, price: number | null): number | null {
  return price === null ? null : gpuHours * price
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
