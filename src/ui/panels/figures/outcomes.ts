import type {RequestColumns, RequestSampling} from '../../../engine/record/record.ts'
import {e2eMs, tpotMs, ttftMs} from '../../../report/request-measures.ts'
import type {ServiceLevel} from '../../../report/service-level.ts'
import type {ScatterGroup, ScatterPoints} from '../../kit/charts/scatter.ts'
import {formatCount} from '../../kit/format.ts'

/** How a request fared against the targets. */
export type Outcome = 'met' | 'late' | 'slow' | 'unfinished'

/** Drawn in this order, so that what went wrong lies on top. */
export const OUTCOMES: readonly (ScatterGroup & {readonly id: Outcome})[] = [
  {id: 'met', label: 'met the targets', slot: 0, mark: 'small'},
  {id: 'slow', label: 'ITL over target', slot: 3, mark: 'large'},
  {id: 'late', label: 'TTFT over target', slot: 1, mark: 'large'},
]

export type Measure = 'ttft' | 'tpot' | 'e2e'

export const MEASURES: readonly {readonly id: Measure; readonly label: string; readonly title: string}[] = [
  {id: 'ttft', label: 'TTFT', title: 'TTFT'},
  {id: 'tpot', label: 'mean ITL', title: 'Mean ITL'},
  {id: 'e2e', label: 'end to end', title: 'End-to-end latency'},
]

/** What a chart of these points shows. */
export function scatterTitle(measure: Measure, {request, sampled}: RequestPoints): string {
  const {title = ''} = MEASURES.find(({id}) => id === measure) ?? {}
  if (sampled === undefined) return `${title} of every request`
  return `${title} of ${formatCount(request.length)} of ${formatCount(sampled.of)} requests`
}

function outcomeOf(requests: RequestColumns, request: number, targets: ServiceLevel | null): Outcome {
  if (Number.isNaN(requests.firstTokenMs[request]!)) return 'unfinished'
  if (targets === null) return 'met'
  if (ttftMs(requests, request) > targets.ttftMs) return 'late'
  return tpotMs(requests, request) > targets.itlMs ? 'slow' : 'met'
}

export function measureMs(requests: RequestColumns, request: number, measure: Measure): number {
  switch (measure) {
    case 'ttft':
      return ttftMs(requests, request)
    case 'tpot':
      return requests.emittedTokens[request]! < 2 ? Number.NaN : tpotMs(requests, request)
    case 'e2e':
      return e2eMs(requests, request)
  }
}

/** How a request fared, in words; of one that nobody judges nothing is said. */
export function outcomeOfPoint({group, isJudged}: RequestPoints, i: number): string {
  return isJudged ? (OUTCOMES[group[i]!]?.label ?? '') : ''
}

/** All requests that produced a token, in order of arrival, as columns to draw and to walk along. */
export interface RequestPoints extends ScatterPoints {
  readonly request: Int32Array
  /** The requests are a sample; absent = all are there. */
  readonly sampled?: RequestSampling
  /** Whether there are targets; without any nothing is met. */
  readonly isJudged: boolean
}

export function requestPoints(
  requests: RequestColumns,
  measure: Measure,
  targets: ServiceLevel | null,
): RequestPoints {
  const request = requests.arrivalOrder.filter(r => !Number.isNaN(requests.firstTokenMs[r]!))
  const x = new Float64Array(request.length)
  const y = new Float64Array(request.length)
  const group = new Uint8Array(request.length)
  const rank = new Map(OUTCOMES.map(({id}, index) => [id, index]))
  for (let i = 0; i < request.length; i++) {
    const r = request[i]!
    x[i] = requests.arrivalMs[r]! / 1000
    y[i] = measureMs(requests, r, measure)
    group[i] = rank.get(outcomeOf(requests, r, targets)) ?? 0
  }
  const isJudged = targets !== null
  return {
    request,
    x,
    y,
    group,
    isJudged,
    ...(requests.sampled === undefined ? {} : {sampled: requests.sampled}),
  }
}
