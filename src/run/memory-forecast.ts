import {plannerOf, poolsOf, type Scenario, type SyntheticSpec} from '../config/scenario.ts'
import {MOST_SLOTS} from '../engine/stream/most-slots.ts'
import {MOST_HELD_IDS} from '../trace/streamed/most-held-ids.ts'

/** What is known of the traffic before a run. */
export interface TrafficSize {
  readonly requests: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the trace file as it is read, or what of it is there at a time; 0 for generated traffic. */
  readonly fileBytes: number
  /** From the first to the last arrival. */
  readonly spanS: number
  /** Of the trace as it was read, of which a selection may replay few; absent = none are kept. */
  readonly traceRows?: number
  /** No columns over requests are kept; absent = they are. */
  readonly isStreamed?: boolean
  /** Sessions of several turns; absent = none. */
  readonly sessions?: number
}

export interface MemoryForecast {
  /** What a run needs whose fleet keeps up. */
  readonly leastBytes: number
  /** What it needs if the fleet is overrun, so that most requests wait at a time. */
  readonly mostBytes: number
  /** Instances at the start, and what they alone take. */
  readonly instances: number
  readonly instanceBytes: number
}

const MIB = 2 ** 20
const GIB = 2 ** 30

/**
 * Measured as the peak of whole runs in Node 20, bundled hour to ten times it, generated traffic of 20,000 to 4,000,000
 * requests, 1 to 1,000 instances: within a third of it, mostly above. Chromium's worker needs about the same.
 */
const BYTES = {
  /** Program, tables, and what the engine of the language keeps for itself. */
  program: 64 * MIB,
  /** Columns of trace, workload and record, and the copies that percentiles and transfer make. */
  request: 280,
  /** A prompt's block in the block table, and its parent if no earlier prompt had it. */
  block: 6,
  /** Sample, bins, and the columns over slots of a fleet that keeps up. */
  streamed: 32 * MIB,
  /** What is to come of a session under way of which no columns are kept: generated, and read from a file with each of its turns. */
  session: 128,
  fileSession: 400,
  fileTurn: 48,
  /** Columns of a row that was read, whether or not it is replayed. */
  traceRow: 64,
  /** A hash id in the trace and in the trie of prefixes. */
  hashId: 6,
  /** Gaps between tokens, of which six in seven are equal to their neighbour. */
  outputToken: 1.5,
  /** Scheduler, KV cache and queues of an instance that has not served yet. */
  instance: 64 * 1024,
  /** A block an instance has in its KV cache. */
  cachedBlock: 32,
  /** A record of what the planner saw and decided. */
  tick: 3 * 1024,
  /** A waiting request, and each block of its prompt: two lists whose lengths are powers of two. */
  waiting: 900,
  waitingBlock: 16,
} as const

/** How much memory a run takes, worked out from sizes alone. */
export function forecastMemory(scenario: Scenario, traffic: TrafficSize): MemoryForecast {
  const pools = poolsOf(scenario.fleet).map(([, pool]) => pool)
  const {requests, inputTokens, outputTokens, spanS, sessions = 0} = traffic
  let leastBytes =
    BYTES.program + (traffic.isStreamed ? BYTES.streamed + traffic.fileBytes : keptBytes(scenario, traffic))
  const mostWaiting = traffic.isStreamed ? Math.min(requests, MOST_SLOTS) : requests
  let waitingBytes = mostWaiting * BYTES.waiting
  for (const {args, initialWorkers} of pools) {
    const blocks = (inputTokens + outputTokens) / args.block_size
    leastBytes += initialWorkers * BYTES.instance
    leastBytes += Math.min(initialWorkers * args.num_gpu_blocks, blocks) * BYTES.cachedBlock
    const blocksOfWaiting = blocks * (mostWaiting / requests)
    waitingBytes = Math.max(waitingBytes, mostWaiting * BYTES.waiting + blocksOfWaiting * BYTES.waitingBlock)
  }
  const sessionBytes = traffic.isStreamed && sessions > 0 ? bytesOfSessions(scenario, traffic) : 0
  if (beginsAllSessions(scenario)) leastBytes += sessionBytes
  else waitingBytes += sessionBytes
  const planner = plannerOf(scenario)
  if (planner !== null) leastBytes += (spanS / planner.load_adjustment_interval) * BYTES.tick
  const instances = pools.reduce((sum, {initialWorkers}) => sum + initialWorkers, 0)
  return {
    leastBytes,
    mostBytes: leastBytes + waitingBytes,
    instances,
    instanceBytes: instances * BYTES.instance,
  }
}

/** If all of them were under way at once. */
function bytesOfSessions({synthetic, traceBlockSize}: Scenario, traffic: TrafficSize): number {
  const {sessions = 0, requests, inputTokens} = traffic
  if (synthetic !== undefined) return sessions * BYTES.session
  const hashIds = Math.min(inputTokens / traceBlockSize, MOST_HELD_IDS)
  return sessions * BYTES.fileSession + requests * BYTES.fileTurn + hashIds * Uint32Array.BYTES_PER_ELEMENT
}

/** A closed loop of 1.2.1 takes all first turns before any later one. */
export function beginsAllSessions({replayConcurrency, release}: Scenario): boolean {
  return replayConcurrency !== undefined && release !== '1.6.1'
}

/** Finished runs whose columns a worker still holds, as a rule, when the next is on its way. */
const LEFT_OVER = 2

/** What a worker takes that does many such runs, one after the other: what is over is not cleared away at once. */
export function bytesOfMany({leastBytes}: MemoryForecast): number {
  return leastBytes + LEFT_OVER * (leastBytes - BYTES.program)
}

/** What is there of every request, whatever the fleet does. */
function keptBytes({fleet, traceBlockSize}: Scenario, traffic: TrafficSize): number {
  const {requests, inputTokens, outputTokens, fileBytes, traceRows = 0} = traffic
  let bytes =
    fileBytes +
    Math.max(traceRows - requests, 0) * BYTES.traceRow +
    requests * BYTES.request +
    (inputTokens / traceBlockSize) * BYTES.hashId +
    outputTokens * BYTES.outputToken
  const blockSizes = new Set(poolsOf(fleet).map(([, {args}]) => args.block_size))
  for (const blockSize of blockSizes) bytes += (inputTokens / blockSize) * BYTES.block
  return bytes
}

export function sizeOfSynthetic(spec: SyntheticSpec): TrafficSize {
  const requests = spec.request_count * Math.max(1, spec.turns_per_session)
  return {
    requests,
    inputTokens: requests * spec.input_tokens,
    outputTokens: requests * spec.output_tokens,
    fileBytes: 0,
    spanS: (spec.request_count * spec.arrival_interval_ms) / 1000,
    sessions: spec.turns_per_session > 1 ? spec.request_count : 0,
  }
}

/**
 * What a browser tab can count on: half of the machine's memory, and no more than the 4 GiB at which Chromium ends a
 * tab. Browsers tell at most 8 GiB, and some nothing.
 */
export function tabMemoryBytes(deviceGiB: number | undefined): number {
  return Math.min(4, (deviceGiB ?? 8) / 2) * GIB
}

/** What a run may take, and of what it is. */
export interface MemoryLimit {
  readonly bytes: number
  readonly of: 'a browser tab' | 'this machine'
}

export type MemoryVerdict =
  | {readonly kind: 'fits'}
  | {readonly kind: 'tight'; readonly message: string}
  | {readonly kind: 'refused'; readonly message: string}

/** Past this the language's memory is more moved about than used: a run of seconds takes minutes. */
const MOST_INSTANCE_BYTES = 4 * GIB

/** Refused is what cannot fit even if all goes well; a warning is due where it may not fit if the fleet is overrun. */
export function judgeMemory(forecast: MemoryForecast, limit: MemoryLimit): MemoryVerdict {
  const {leastBytes, mostBytes} = forecast
  const room = `${formatSize(limit.bytes)} ${limit.of} has`
  const {instances, instanceBytes} = forecast
  if (instanceBytes > MOST_INSTANCE_BYTES)
    return {
      kind: 'refused',
      message:
        `The ${instances.toLocaleString('en-US')} instances of this run need about ${formatSize(instanceBytes)} of memory before the first request ` +
        `comes; ${formatSize(MOST_INSTANCE_BYTES)} are given to instances`,
    }
  if (leastBytes > limit.bytes)
    return {
      kind: 'refused',
      message: `This run needs about ${formatSize(leastBytes)} of memory, more than the ${room}`,
    }
  if (mostBytes <= limit.bytes / 2) return {kind: 'fits'}
  const message = `This run needs about ${formatSize(leastBytes)} of memory, up to ${formatSize(mostBytes)} if requests pile up; there are ${room}`
  return {kind: 'tight', message}
}

function formatSize(bytes: number): string {
  if (bytes >= 1024 * GIB) return `${Math.round(bytes / GIB).toLocaleString('en-US')} GiB`
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / MIB)} MiB`
}
