import type {FieldValue} from '../config/field-text.ts'
import {amount, latency, percent} from '../report/findings/words.ts'
import type {FinishedRow} from '../sweep/points.ts'
import {computeBand, REPEAT_WORDS, type RepeatKind} from '../sweep/repeats.ts'

/** One point of a sweep with all its repeats: its figures are medians, so that no lucky run speaks for it. */
export interface Configuration {
  readonly axes: Readonly<Record<string, FieldValue>>
  readonly rows: readonly FinishedRow[]
  /** Share of requests that met the objective, over the repeats. */
  readonly share: number
  readonly gpuHours: number
  /** Starting and draining time included: what money is paid for. */
  readonly billedGpuHours: number
  /** Of a GPU-hour; null = nobody said. */
  readonly price: number | null
  /** What choices are made by: money where there is a price, else GPU-hours. */
  readonly cost: number
  readonly ttftMs: number
  /** A policy scaled it. */
  readonly isScaled: boolean
}

/** A swept knob at a value, in words within a sentence: `start-up time (startup_time) 60 s`. */
export type TellKnob = (knob: string, value: FieldValue) => string

/** Knob and value as they are, where nobody says what they are called. */
export function plainKnob(knob: string, value: FieldValue): string {
  return `${knob} ${String(value)}`
}

/** Its knobs with their values, in words. */
export function tellAxes(axes: Configuration['axes'], tell: TellKnob): string {
  return Object.entries(axes)
    .map(([knob, value]) => tell(knob, value))
    .join(', ')
}

/** What a GPU-hour of a run costs; null = nobody said. */
export type PriceOf = (row: FinishedRow) => number | null

/** Rows of the same values together, in the order the values first appear. Runs nobody judged are left out. */
export function configurationsOf(
  rows: readonly FinishedRow[],
  priceOf: PriceOf = () => null,
): readonly Configuration[] {
  const groups = new Map<string, FinishedRow[]>()
  for (const row of rows) {
    if (row.sla_attainment === null) continue
    const key = JSON.stringify(row.axes)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map(group => {
    const median = (figure: (row: FinishedRow) => number) => computeBand(group.map(figure))!.median
    const [first] = group as [FinishedRow, ...FinishedRow[]]
    const gpuHours = median(row => row.gpu_hours)
    const billedGpuHours = median(row => row.billed_gpu_hours)
    const price = priceOf(first)
    return {
      axes: first.axes,
      rows: group,
      share: median(row => row.sla_attainment!),
      gpuHours,
      billedGpuHours,
      price,
      cost: price === null ? gpuHours : billedGpuHours * price,
      ttftMs: median(row => row.mean_ttft_ms),
      isScaled: group.some(row => row.total_ticks > 0),
    }
  })
}

/** Repeats in which a configuration holds the objective. */
function holdsIn({rows}: Configuration, share: number): number {
  return rows.filter(row => row.sla_attainment! >= share).length
}

/** The cheapest whose median holds the objective; of equal cost the one that holds it best. */
export function cheapestHolding(all: readonly Configuration[], share: number): Configuration | null {
  const holding = all.filter(one => one.share >= share)
  return holding.reduce<Configuration | null>(
    (best, one) => (best === null || isCheaper(one, best) ? one : best),
    null,
  )
}

/** The one nearest to the objective, where none holds it; of equal share the cheapest. */
export function nearestHolding(all: readonly Configuration[]): Configuration | null {
  return all.reduce<Configuration | null>((best, one) => {
    if (best === null || one.share > best.share) return one
    return one.share === best.share && one.cost < best.cost ? one : best
  }, null)
}

function isCheaper(a: Configuration, b: Configuration): boolean {
  return a.cost < b.cost || (a.cost === b.cost && a.share > b.share)
}

/** `97 % for 3 GPU-hours (mean TTFT 1 s)`. */
export function tellConfiguration(one: Configuration): string {
  return `${percent(one.share)} for ${tellCost(one)} (mean TTFT ${latency(one.ttftMs)})`
}

/** `3.91 GPU-hours`, or `9.78 (3.91 billed GPU-hours at 2.5)`: money in whatever currency the prices are. */
export function tellCost({cost, gpuHours, billedGpuHours, price}: Configuration): string {
  return price === null
    ? `${amount(gpuHours)} GPU-hours`
    : `${amount(cost)} (${amount(billedGpuHours)} billed GPU-hours at ${amount(price)})`
}

/** `; it holds in 4 of 5 phases`; nothing of a single run. */
export function tellHolds(one: Configuration, share: number, kind: RepeatKind): string {
  return one.rows.length > 1
    ? `; it holds in ${holdsIn(one, share)} of ${one.rows.length} ${REPEAT_WORDS[kind]}`
    : ''
}
