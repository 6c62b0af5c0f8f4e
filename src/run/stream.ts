import type {Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {RequestSlots} from '../engine/stream/request-slots.ts'
import {SKETCHED_PERCENTILES} from '../report/report.ts'
import {ColumnSource, type LengthColumns} from '../trace/column-source.ts'
import {tellOddity} from '../trace/doctor/oddity.ts'
import {createSyntheticSource} from '../trace/generators/synthetic-source.ts'
import {checkTraceBlockSize} from '../trace/parsed-trace.ts'
import type {RequestSource} from '../trace/request-source.ts'
import {lengthsFitPools, oversizeNotice, oversizeOddities} from './oversize.ts'
import {isStreamable, streamsSynthetic} from './streamable.ts'
import {generatedTraffic, type StreamedTraffic, syntheticOptionsOf, type Traffic} from './traffic.ts'

/**
 * The traffic of a run that keeps no columns over its requests; null for one that keeps them: there are few, or something in it
 * looks at all of them again.
 * @param above requests from which on nothing is kept
 */
export function streamOf(scenario: Scenario, above: number): Result<Traffic | null> {
  const {synthetic} = scenario
  if (synthetic === undefined || !streamsSynthetic(scenario, above)) return ok(null)
  const open = createSyntheticSource(synthetic, syntheticOptionsOf(scenario))
  if (!open.ok) return open
  if (open.value === null) return ok(null)
  // In 1.6.1 all of them would be turned away: a run that says nothing, and whose oddities are told the usual way.
  if (
    scenario.release === '1.6.1' &&
    !lengthsFitPools(scenario)(synthetic.input_tokens, synthetic.output_tokens)
  )
    return ok(null)
  const source = open.value()
  return ok({
    ...generatedTraffic(synthetic, NO_REQUESTS),
    streamed: streamedBy(source, open.value),
    notices: [streamedNotice(source)],
  })
}

interface LengthTrace {
  readonly scenario: Scenario
  readonly name: string
  readonly sha256: string
  readonly notices: readonly string[]
}

/** The same of a trace file that was read for its lengths alone; null where the run has to keep its requests after all. */
export function streamedLengths(columns: LengthColumns, trace: LengthTrace): Result<Traffic> | null {
  const {scenario, name, sha256, notices} = trace
  const {arrivalSpeedupRatio, replayConcurrency, traceBlockSize} = scenario
  const isRatio = Number.isFinite(arrivalSpeedupRatio) && arrivalSpeedupRatio > 0
  if (!isStreamable(scenario) || !isRatio || checkTraceBlockSize(traceBlockSize) !== null) return null
  const closedLoop = replayConcurrency !== undefined
  const options = {
    arrivalSpeedupRatio: closedLoop ? 1 : arrivalSpeedupRatio,
    closedLoop,
    // 1.6.1 turns away what does not fit when it comes.
    fits: scenario.release === '1.6.1' ? () => true : lengthsFitPools(scenario),
  }
  const open = () => new ColumnSource(columns, options)
  const source = open()
  // Where nothing would be left the usual way says so.
  if (source.requestCount === 0) return null
  const {requests: oversize, longestInput: longest} = source.passedOver
  const leftOut =
    oversize === 0 ? [] : [oversizeNotice(scenario, {oversize, longest, later: 0, all: columns.requestCount})]
  return ok({
    workload: NO_REQUESTS,
    name,
    sha256,
    fileBytes: columns.requestCount * COLUMN_BYTES,
    source: {kind: 'file', name, sha256},
    notices: [...notices, ...leftOut, ...turnedAway(scenario, columns), streamedNotice(source)],
    streamed: streamedBy(source, open),
  })
}

/** In 1.6.1 what does not fit comes, too. */
function turnedAway(scenario: Scenario, columns: LengthColumns): readonly string[] {
  return scenario.release === '1.6.1' ? oversizeOddities(scenario, columns).map(tellOddity) : []
}

/** Of `LengthColumns`, a request. */
const COLUMN_BYTES = 16

/** Instead of the columns that there are not. */
const NO_REQUESTS = new RequestSlots(0).workload

function streamedBy(of: RequestSource, open: () => RequestSource): StreamedTraffic {
  const {requestCount, inputTokens, outputTokens, lastArrivalMs} = of
  return {
    requestCount,
    inputTokens,
    outputTokens,
    lastArrivalMs,
    open: () => ({source: open(), slots: new RequestSlots(requestCount)}),
  }
}

function streamedNotice({requestCount}: RequestSource): string {
  return (
    `${requestCount.toLocaleString('en-US')} requests are more than are kept one by one: percentiles are ${SKETCHED_PERCENTILES}, all other ` +
    'figures exact; findings are left out, and single requests shown are a sample.'
  )
}
