import {scaleSymlog} from 'd3-scale'
import {
  type ComparedLatency,
  type ComparedRequests,
  computeRequestDifferences,
  type DifferenceSummary,
  type RequestDifferences,
  summarizeDifferences,
} from '../../../report/comparison/request-differences.ts'
import type {ValueScale} from '../../kit/charts/base/value-scale.ts'
import type {ScatterGroup} from '../../kit/charts/scatter.ts'
import {formatCount, formatMs, formatValue} from '../../kit/format.ts'
import type {ComparedRun} from '../../model/compare/compared-run.ts'
import type {FinishedRun} from '../../model/run/run.svelte.ts'
import type {RequestFigures} from './comparison-files.ts'

/** Why a request differs: where most of the difference came from. */
export const CAUSES: readonly ScatterGroup[] = [
  {id: 'queue', label: 'mostly queueing', slot: 1, mark: 'cross'},
  {id: 'compute', label: 'mostly compute', slot: 0, mark: 'small'},
]

/** Index into `CAUSES`. */
export function causeOf({queueMs, computeMs}: RequestDifferences, i: number): number {
  return Math.abs(queueMs[i]!) > Math.abs(computeMs[i]!) ? 0 : 1
}

/** Around zero the scale is straight over this many ms, beyond it logarithmic both ways. */
const LINEAR_MS = 10
/** Ticks nearer to the zero line than this would print over its label. */
const MIN_TICK_PX = 14

/** Differences span from tenths of a millisecond to minutes, both ways about zero. */
export function differenceScale(values: Float64Array, range: readonly [number, number]): ValueScale {
  let reach = LINEAR_MS
  for (const value of values) reach = Math.max(reach, Math.abs(value))
  const scale = scaleSymlog([-reach * 1.3, reach * 1.3], [range[0], range[1]]).constant(LINEAR_MS)
  const sizes = [1e1, 1e2, 1e3, 1e4, 6e4, 6e5].filter(size => size <= reach * 1.3)
  const isApart = (size: number) => Math.abs(scale(size) - scale(0)) >= MIN_TICK_PX
  const apart = sizes.filter(isApart)
  const ticks = [...apart.map(size => -size).reverse(), 0, ...apart]
  return Object.assign((value: number) => scale(value), {ticks})
}

interface Named {
  readonly first: string
  readonly second: string
  readonly latency: ComparedLatency
}

/** What the differences amount to, in words. */
export function differenceSentence(summary: DifferenceSummary, {first, second, latency}: Named): string {
  const {compared, slower, faster, equal} = summary
  if (compared === 0) return `No request was completed by both ${first} and ${second}.`
  const what = latency === 'ttft' ? 'waited longer for their first token' : 'took longer'
  const share = (count: number) => `${formatCount(count)} (${formatValue(count / compared, 'share')})`
  const parts = [
    `Of ${formatCount(compared)} requests that both completed, ${share(slower)} ${what} in ${second} than in ${first}`,
  ]
  if (slower > 0)
    parts.push(
      `, by ${formatMs(summary.slowerMedianMs)} at the median and ${formatMs(summary.slowerMaxMs)} at most; ` +
        `${formatValue(summary.queueShare, 'share')} of the time they lost was spent queueing, the rest in compute`,
    )
  parts.push(`. ${share(faster)} got faster`)
  if (faster > 0) parts.push(`, by ${formatMs(summary.fasterMedianMs)} at the median`)
  if (equal > 0) parts.push(`; ${formatCount(equal)} took the same time`)
  return `${parts.join('')}. Mean difference ${signedMs(summary.meanMs)}.`
}

export function comparedRequests({outcome}: FinishedRun): ComparedRequests {
  const {report, engine} = outcome.result
  return {requests: engine.requests, traceSha256: report.planner_replay.trace_sha256}
}

/** The second run's requests against the first's; null where they are not the same requests. */
export function requestFigures(runs: readonly ComparedRun[]): RequestFigures | null {
  const [first, second] = runs
  if (first === undefined || second === undefined) return null
  const summary = (latency: ComparedLatency) =>
    computeRequestDifferences(comparedRequests(first.run), comparedRequests(second.run), latency)
  const [ttft, e2e] = [summary('ttft'), summary('e2e')]
  if (!ttft.ok || !e2e.ok) return null
  return {ttft: summarizeDifferences(ttft.value), e2e: summarizeDifferences(e2e.value)}
}

export function signedMs(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${formatMs(Math.abs(ms))}`
}
