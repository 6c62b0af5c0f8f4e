import type {PoolName} from '../../config/scenario.ts'
import type {EngineRecord, InstanceRecord} from '../../engine/record/record.ts'
import type {TaggedDetail} from '../../scaling/policy.ts'
import type {ScalingRecord, TickRecord} from '../../scaling/record.ts'
import type {Report} from '../report.ts'

/** A run as far as its timeline goes. */
export interface TimelineRun {
  readonly engine: EngineRecord
  /** null for a fleet that nobody scales. */
  readonly scaling: ScalingRecord<TaggedDetail> | null
}

/** One event of the Trace Event Format; times in microseconds. */
interface TraceEvent {
  readonly name: string
  /** X = slice, i = instant, C = counter, M = metadata, b and e = begin and end of an asynchronous slice, s, t and f = flow. */
  readonly ph: 'X' | 'i' | 'C' | 'M' | 'b' | 'e' | 's' | 't' | 'f'
  readonly pid: number
  readonly tid?: number
  readonly ts?: number
  readonly dur?: number
  readonly cat?: string
  readonly id?: number
  /** Thread-wide instant. */
  readonly s?: 't'
  /** A flow that ends in the slice around it. */
  readonly bp?: 'e'
  readonly args?: Readonly<Record<string, unknown>>
}

/** What a trace file says of where it comes from. */
export function timelineProvenance({planner_replay: extras}: Report): Readonly<Record<string, unknown>> {
  const {version, dynamo, trace_sha256, result_sha256, config} = extras
  return {planner_replay: version, dynamo, trace_sha256, result_sha256, config}
}

const CLUSTER = 1
const ARRIVALS = 1
const TICKS = 2
const FIRST_INSTANCE = 10
const LIFE = 1
const PREFILL = 2

/**
 * A run as a trace that the Perfetto UI and chrome://tracing open as it is (Trace Event Format, JSON object form): a
 * process per instance with its life, its passes over prompts with their chunks, its decoding and waiting requests and its load; arrivals and
 * ticks in a process of their own; a flow from each arrival through its chunks. In pieces, because an hour has some
 * hundred thousand events.
 */
export function* formatChromeTrace(
  run: TimelineRun,
  provenance: Readonly<Record<string, unknown>>,
): Generator<string, void, void> {
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify(provenance)},"traceEvents":[\n`
  let separator = ''
  for (const event of traceEvents(run)) {
    yield `${separator}${JSON.stringify(event)}`
    separator = ',\n'
  }
  yield '\n]}\n'
}

function* traceEvents({engine, scaling}: TimelineRun): Generator<TraceEvent, void, void> {
  const instances = new Map(
    engine.workers.map((one, index) => [keyOf(one.component, one.id), FIRST_INSTANCE + index]),
  )
  yield* named(CLUSTER, 'cluster', [
    [ARRIVALS, 'arrivals'],
    [TICKS, 'policy ticks'],
  ])
  for (const [index, instance] of engine.workers.entries())
    yield* lifeEvents(engine, instance, FIRST_INSTANCE + index)
  yield* loadEvents(engine)
  yield* chunkEvents(engine, instances)
  yield* preemptionEvents(engine, instances)
  yield* migrationEvents(engine, instances)
  yield* requestEvents(engine, instances)
  for (const tick of scaling?.ticks ?? []) yield* tickEvents(tick)
}

function keyOf(component: PoolName, id: number): string {
  return `${component} ${id}`
}

function* named(pid: number, name: string, threads: readonly (readonly [tid: number, name: string])[]) {
  yield {name: 'process_name', ph: 'M', pid, args: {name}} as const
  yield {name: 'process_sort_index', ph: 'M', pid, args: {sort_index: pid}} as const
  for (const [tid, thread] of threads)
    yield {name: 'thread_name', ph: 'M', pid, tid, args: {name: thread}} as const
}

/** Microseconds, which the format counts in, to the nanosecond. */
function us(ms: number): number {
  return Math.round(ms * 1e6) / 1e3
}

function slice(
  pid: number,
  tid: number,
  name: string,
  span: readonly [fromMs: number, toMs: number],
): TraceEvent {
  const [fromMs, toMs] = span
  const ts = us(fromMs)
  return {name, ph: 'X', pid, tid, ts, dur: Math.round((us(toMs) - ts) * 1e3) / 1e3}
}

function* lifeEvents({endMs}: EngineRecord, instance: InstanceRecord, pid: number): Generator<TraceEvent> {
  const {component, id, requestedMs, readyMs, drainMs, exitMs, passes, busyMs} = instance
  yield* named(pid, `${component} instance ${id}`, [
    [LIFE, 'life'],
    [PREFILL, 'prefill'],
  ])
  const goneMs = exitMs ?? endMs
  const leaveMs = Math.min(drainMs ?? goneMs, goneMs)
  const startedMs = Math.min(readyMs ?? leaveMs, leaveMs)
  // What is counted over all of it, draining included, stands around its parts.
  if (goneMs > requestedMs)
    yield {...slice(pid, LIFE, 'whole life', [requestedMs, goneMs]), args: {passes, busy_ms: busyMs}}
  if (startedMs > requestedMs) yield slice(pid, LIFE, 'starting', [requestedMs, startedMs])
  if (readyMs !== null && leaveMs > startedMs) yield slice(pid, LIFE, 'serving', [startedMs, leaveMs])
  if (goneMs > leaveMs) yield slice(pid, LIFE, 'draining', [leaveMs, goneMs])
}

function* loadEvents({loads, workers}: EngineRecord): Generator<TraceEvent> {
  for (const index of workers.keys()) {
    const pid = FIRST_INSTANCE + index
    const from = loads.offset[index] ?? 0
    const to = loads.offset[index + 1] ?? from
    for (let bin = from; bin < to; bin++) {
      const ts = us((loads.firstBin[index]! + bin - from) * loads.binMs)
      const counter = (name: string, value: number) => ({name, ph: 'C', pid, ts, args: {value}}) as const
      yield counter('busy share', loads.busyMs[bin]! / loads.binMs)
      yield counter('waiting requests', loads.queued[bin]!)
      yield counter('KV share', loads.kvShare[bin]!)
    }
  }
}

/** Instance a request was on, by pool; undefined = it came to none. */
function instanceOf(
  {requests, workers}: EngineRecord,
  instances: ReadonlyMap<string, number>,
  {request, onPrefill}: {readonly request: number; readonly onPrefill: boolean},
): number | undefined {
  const id = onPrefill ? requests.prefillWorkerId[request]! : requests.workerId[request]!
  const component = onPrefill ? 'prefill' : workers.some(one => one.component === 'agg') ? 'agg' : 'decode'
  return instances.get(keyOf(component, id))
}

/** What one forward pass of an instance computed of prompts. */
interface PromptPass {
  prompts: number
  tokens: number
}

/** Passes by instance and start; those that only decode are not recorded one by one, but in the busy share. */
function promptPasses(engine: EngineRecord, instances: ReadonlyMap<string, number>): Map<string, PromptPass> {
  const {chunks} = engine.requestEvents
  const passes = new Map<string, PromptPass>()
  for (let i = 0; i < chunks.length; i++) {
    const pid = instanceOf(engine, instances, {
      request: chunks.request[i]!,
      onPrefill: chunks.onPrefill[i] === 1,
    })
    const key = `${pid} ${chunks.startMs[i]!}`
    const pass = passes.get(key) ?? {prompts: 0, tokens: 0}
    pass.prompts++
    pass.tokens += chunks.tokens[i]!
    passes.set(key, pass)
  }
  return passes
}

/** Passes with their chunks inside, and the flows that lead from one chunk to the next. */
function* chunkEvents(engine: EngineRecord, instances: ReadonlyMap<string, number>): Generator<TraceEvent> {
  const {chunks} = engine.requestEvents
  const passes = promptPasses(engine, instances)
  const lastChunk = new Map<number, number>()
  for (let i = 0; i < chunks.length; i++) lastChunk.set(chunks.request[i]!, i)
  for (let i = 0; i < chunks.length; i++) {
    const request = chunks.request[i]!
    const pid = instanceOf(engine, instances, {request, onPrefill: chunks.onPrefill[i] === 1})
    if (pid === undefined) continue
    const span = [chunks.startMs[i]!, chunks.endMs[i]!] as const
    const key = `${pid} ${span[0]}`
    const pass = passes.get(key)
    // Once: the first chunk brings its pass along, which must stand before it to enclose it.
    if (pass !== undefined) yield {...slice(pid, PREFILL, 'pass', span), args: {...pass}}
    passes.delete(key)
    yield {...slice(pid, PREFILL, `request ${request}`, span), args: {tokens: chunks.tokens[i]!}}
    const ph = lastChunk.get(request) === i ? 'f' : 't'
    yield {name: 'request', cat: 'request', ph, pid, tid: PREFILL, ts: us(span[0]), id: request, bp: 'e'}
  }
  for (const request of lastChunk.keys()) {
    const arrivalMs = engine.requests.arrivalMs[request]!
    yield slice(CLUSTER, ARRIVALS, `request ${request}`, [arrivalMs, arrivalMs])
    yield {
      name: 'request',
      cat: 'request',
      ph: 's',
      pid: CLUSTER,
      tid: ARRIVALS,
      ts: us(arrivalMs),
      id: request,
    }
  }
}

function* preemptionEvents(
  engine: EngineRecord,
  instances: ReadonlyMap<string, number>,
): Generator<TraceEvent> {
  const {preemptions} = engine.requestEvents
  for (let i = 0; i < preemptions.length; i++) {
    const request = preemptions.request[i]!
    const pid = instanceOf(engine, instances, {request, onPrefill: preemptions.onPrefill[i] === 1})
    if (pid === undefined) continue
    yield {
      name: `request ${request} pre-empted`,
      ph: 'i',
      pid,
      tid: PREFILL,
      ts: us(preemptions.atMs[i]!),
      s: 't',
    }
  }
}

function* migrationEvents(
  {requestEvents: {migrations}}: EngineRecord,
  instances: ReadonlyMap<string, number>,
): Generator<TraceEvent> {
  for (let i = 0; i < (migrations?.length ?? 0); i++) {
    const {request, atMs, instance, onPrefill} = migrations!
    const pools: readonly PoolName[] = onPrefill[i] === 1 ? ['prefill'] : ['decode', 'agg']
    const pid = pools.map(pool => instances.get(keyOf(pool, instance[i]!))).find(found => found !== undefined)
    if (pid === undefined) continue
    yield {
      name: `request ${request[i]} moved: draining limit`,
      ph: 'i',
      pid,
      tid: PREFILL,
      ts: us(atMs[i]!),
      s: 't',
    }
  }
}

/** Waiting and decoding, which overlap on an instance and so are asynchronous slices. */
function* requestEvents(engine: EngineRecord, instances: ReadonlyMap<string, number>): Generator<TraceEvent> {
  const {requests, endMs} = engine
  for (let request = 0; request < requests.count; request++) {
    const arrivalMs = requests.arrivalMs[request]!
    if (Number.isNaN(arrivalMs)) continue
    const decoding = instanceOf(engine, instances, {request, onPrefill: false})
    const prefilling = instanceOf(engine, instances, {request, onPrefill: true}) ?? decoding
    const admitMs = requests.firstAdmitMs[request]!
    const args = {
      input_tokens: requests.inputLength[request]!,
      reused_tokens: requests.reusedTokens[request]!,
    }
    const waited = [arrivalMs, Number.isNaN(admitMs) ? endMs : admitMs] as const
    yield* asynchronous('waiting', {pid: prefilling ?? CLUSTER, id: request, span: waited, args})
    const firstMs = requests.firstTokenMs[request]!
    if (decoding === undefined || Number.isNaN(firstMs)) continue
    const tokens = {output_tokens: requests.emittedTokens[request]!}
    const decoded = [firstMs, requests.lastTokenMs[request]!] as const
    yield* asynchronous('decode', {pid: decoding, id: request, span: decoded, args: tokens})
  }
}

interface Asynchronous {
  readonly pid: number
  readonly id: number
  readonly span: readonly [fromMs: number, toMs: number]
  readonly args: Readonly<Record<string, unknown>>
}

function* asynchronous(cat: string, {pid, id, span, args}: Asynchronous): Generator<TraceEvent> {
  if (!(span[1] > span[0])) return
  const name = `${cat} request ${id}`
  yield {name, cat, ph: 'b', pid, id, ts: us(span[0]), args}
  yield {name, cat, ph: 'e', pid, id, ts: us(span[1])}
}

function* tickEvents(tick: TickRecord<TaggedDetail>): Generator<TraceEvent> {
  const ts = us(tick.at_s * 1000)
  const {reason, scale_to, detail} = tick
  const args = {reason, scale_to, detail}
  yield {name: reason ?? 'tick', ph: 'i', pid: CLUSTER, tid: TICKS, ts, s: 't', args}
  for (const pool of ['prefill', 'decode'] as const) {
    const state = {
      active: tick[`active_${pool}`],
      starting: tick[`starting_${pool}`],
      draining: tick[`draining_${pool}`],
    }
    yield {name: `${pool} replicas`, ph: 'C', pid: CLUSTER, ts, args: state}
  }
}
