import type {Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {RequestSlots} from '../engine/stream/request-slots.ts'
import {SKETCHED_PERCENTILES} from '../report/report.ts'
import {tellOddity} from '../trace/doctor/oddity.ts'
import {createSyntheticSource} from '../trace/generators/synthetic-source.ts'
import {checkTraceBlockSize} from '../trace/parsed-trace.ts'
import {ColumnSource, type LengthColumns, tallyOf} from '../trace/streamed/column-source.ts'
import type {NextPiece} from '../trace/streamed/file-pieces.ts'
import {mooncakeRowOptions} from '../trace/streamed/mooncake-rows.ts'
import {MooncakeSource, type ReadMooncake, readMooncake} from '../trace/streamed/mooncake-source.ts'
import type {RequestSource} from '../trace/streamed/request-source.ts'
import {
  type PassedOver,
  type SourceOptions,
  type SourceSize,
  SourceTally,
} from '../trace/streamed/source-tally.ts'
import {lengthsFitPools, OversizeTally, oversizeNotice, oversizeOddities} from './oversize.ts'
import {type StreamedPrompts, streamedFileBytes, streamsPrompts, streamsSynthetic} from './streamable.ts'
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

interface StreamedTrace {
  readonly scenario: Scenario
  readonly name: string
  readonly sha256: string
  readonly notices: readonly string[]
}

/** The same of a trace file that was read for its lengths alone; null where the run has to keep its requests after all. */
export function streamedLengths(columns: LengthColumns, trace: StreamedTrace): Result<Traffic> | null {
  const {scenario} = trace
  if (!streamsFile(scenario, 'lengths')) return null
  const open = () => new ColumnSource(columns, arrivalOptions(scenario))
  const source = open()
  // Where nothing would be left the usual way says so.
  if (source.requestCount === 0) return null
  const odd = turnedAway(scenario, columns)
  const fileBytes = streamedFileBytes(columns.requestCount, 'lengths')
  return ok(fileTraffic(trace, {open, of: source, rows: columns.requestCount, odd, fileBytes}))
}

type MooncakeFile = Pick<StreamedTrace, 'scenario' | 'name'> & {
  /** For notices. */
  readonly fileName: string
}

/** The same of a Mooncake file, whose hash ids are read again while the run goes on. @param open the file from its beginning */
export function streamedMooncake(
  open: () => NextPiece,
  trace: MooncakeFile & {
    /** Of the bytes that were read the first time. */
    readonly sha256: () => string
    /** Rows from which on nothing is kept. */
    readonly above: number
  },
): Result<Traffic> | null {
  const {scenario, fileName} = trace
  if (!streamsFile(scenario, 'hashes')) return null
  const size = new SourceTally(arrivalOptions(scenario))
  const oversize = new OversizeTally(scenario)
  const options = mooncakeRowOptions(scenario, fileName)
  const steps = readMooncake(open, options, (timestampMs, input, output, delayMs) => {
    const isReplayed = Number.isNaN(delayMs)
      ? size.add(timestampMs, input, output)
      : size.addLater(input, output)
    if (isReplayed) oversize.add(input, output)
  })
  let step = steps.next()
  while (!step.done) step = steps.next()
  const read = step.value
  if (read === null || read.rows <= trace.above || size.requestCount === 0) return null
  return mooncakeTraffic(open, {...trace, sha256: trace.sha256(), read, size, oversize, keptRequests: 0})
}

/** The same of one that was read before, of which times and lengths are kept. */
export function rereadMooncake(
  open: () => NextPiece,
  trace: MooncakeFile & {
    readonly sha256: string
    readonly read: ReadMooncake
    readonly columns: LengthColumns
  },
): Result<Traffic> | null {
  const {scenario, columns} = trace
  if (!streamsFile(scenario, 'hashes')) return null
  const oversize = new OversizeTally(scenario)
  const size = tallyOf(columns, arrivalOptions(scenario), (input, output) => oversize.add(input, output))
  if (size.requestCount === 0) return null
  return mooncakeTraffic(open, {...trace, size, oversize, keptRequests: columns.requestCount})
}

function mooncakeTraffic(
  openFile: () => NextPiece,
  {
    size,
    read,
    oversize,
    keptRequests,
    ...trace
  }: MooncakeFile & {
    readonly sha256: string
    readonly read: ReadMooncake
    readonly size: SourceTally
    readonly oversize: OversizeTally
    /** Requests of which columns stay in memory beside the pieces. */
    readonly keptRequests: number
  },
): Result<Traffic> | null {
  const {scenario, fileName} = trace
  const kind = promptsOf(read)
  if (!streamsFile(scenario, kind)) return null
  const arrivals = arrivalOptions(scenario)
  const hasUnit = scenario.traceFormat?.columns?.unit !== undefined
  const {closedLoop} = arrivals
  const notices = [...read.notices, ...read.oddities({closedLoop, hasUnit}).map(tellOddity)]
  const options = {...arrivals, ...mooncakeRowOptions(scenario, fileName)}
  const open = () => new MooncakeSource({read, size}, openFile, options)
  const odd = oversize.tell().map(tellOddity)
  const fileBytes = streamedFileBytes(keptRequests, kind)
  return ok(fileTraffic({...trace, notices}, {open, of: size, rows: read.rows, odd, fileBytes}))
}

/** What was read of the prompts of a Mooncake file. */
export function promptsOf({haveTurns}: ReadMooncake): StreamedPrompts {
  return haveTurns ? 'sessions' : 'hashes'
}

/** Whether a run can do without the requests of a file; what the usual way would refuse is left to it. */
function streamsFile(scenario: Scenario, kind: StreamedPrompts): boolean {
  const {arrivalSpeedupRatio, traceBlockSize} = scenario
  const isRatio = Number.isFinite(arrivalSpeedupRatio) && arrivalSpeedupRatio > 0
  return isRatio && checkTraceBlockSize(traceBlockSize) === null && streamsPrompts(scenario, kind)
}

function arrivalOptions(scenario: Scenario): SourceOptions {
  const {arrivalSpeedupRatio, replayConcurrency} = scenario
  const closedLoop = replayConcurrency !== undefined
  return {
    arrivalSpeedupRatio: closedLoop ? 1 : arrivalSpeedupRatio,
    closedLoop,
    // 1.6.1 turns away what does not fit when it comes.
    fits: scenario.release === '1.6.1' ? () => true : lengthsFitPools(scenario),
  }
}

interface OpenedFile {
  readonly open: () => RequestSource
  readonly of: SizeOfSource & {readonly passedOver: PassedOver}
  /** Requests of the file, whether or not they are replayed. */
  readonly rows: number
  /** What is odd of what is replayed. */
  readonly odd: readonly string[]
  /** Of it that stay in memory. */
  readonly fileBytes: number
}

function fileTraffic(
  {scenario, name, sha256, notices}: StreamedTrace,
  {open, of, rows, odd, fileBytes}: OpenedFile,
): Traffic {
  const {requests: oversize, longestInput: longest, laterTurns: later} = of.passedOver
  const leftOut = oversize === 0 ? [] : [oversizeNotice(scenario, {oversize, longest, later, all: rows})]
  return {
    workload: NO_REQUESTS,
    name,
    sha256,
    fileBytes,
    source: {kind: 'file', name, sha256},
    notices: [...notices, ...leftOut, ...odd, streamedNotice(of)],
    streamed: streamedBy(of, open),
  }
}

/** In 1.6.1 what does not fit comes, too. */
function turnedAway(scenario: Scenario, columns: LengthColumns): readonly string[] {
  return scenario.release === '1.6.1' ? oversizeOddities(scenario, columns).map(tellOddity) : []
}

type SizeOfSource = Omit<SourceSize, 'largest'>

/** Instead of the columns that there are not. */
const NO_REQUESTS = new RequestSlots(0).workload

function streamedBy(of: SizeOfSource, open: () => RequestSource): StreamedTraffic {
  const {requestCount, inputTokens, outputTokens, lastArrivalMs, sessions} = of
  return {
    requestCount,
    inputTokens,
    outputTokens,
    lastArrivalMs,
    sessions,
    open: () => ({source: open(), slots: new RequestSlots(requestCount)}),
  }
}

function streamedNotice({requestCount}: SizeOfSource): string {
  return (
    `${requestCount.toLocaleString('en-US')} requests are more than are kept one by one: percentiles are ${SKETCHED_PERCENTILES}, all other ` +
    'figures exact; findings are left out, and single requests shown are a sample.'
  )
}
