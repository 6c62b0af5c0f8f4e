import {fail, ok, type Result} from '../../../core/result.ts'
import type {GraphNode, GraphWait} from '../../request-graph.ts'
import type {WekaRecording, WekaRequest, WekaSubagent} from './weka-recording.ts'
import {EPSILON_S} from './weka-requests.ts'
import {findStreams} from './weka-streams.ts'

export interface PlayTraits {
  /** What the reference's names of this conversation's requests begin with. */
  readonly namespace: string
  /** Of the line or object in the file, from 1. */
  readonly line: number
  /** Times of sub-agents' requests count from the start of their sub-agent. */
  readonly isRelative: boolean
  /** A number of its own for each block that is not shared, and one for each id of this conversation. */
  readonly blockIdOf: (identity: string) => number
}

interface Stream {
  readonly session: string
  readonly requests: readonly WekaRequest[]
  readonly forkedFrom: string | null
  /** Streams of one scope wait for what was over in the others. */
  readonly scope: number
}

type Relation = 'sequence' | 'spawn' | 'join' | 'replay_barrier'

/** What requests wait for, each once for every kind of wait. */
class Waits {
  readonly #byRequest = new Map<string, Map<string, GraphWait>>()

  add(request: string, relation: Relation, wait: GraphWait): void {
    const known = this.#byRequest.get(request) ?? new Map<string, GraphWait>()
    this.#byRequest.set(request, known)
    const key = `${relation} ${wait.fromStart} ${wait.requestId}`
    if (!known.has(key)) known.set(key, wait)
  }

  of(request: string): readonly GraphWait[] {
    return [...(this.#byRequest.get(request)?.values() ?? [])]
  }
}

/**
 * A recorded conversation as ai-dynamo 1.6.1 replays it: every request waits for the one before it of its agent, sub-agents for
 * the request that started them, a parent for the sub-agents it waited for, and none is sent earlier than it was recorded.
 */
export function playOf(recording: WekaRecording, traits: PlayTraits): Result<GraphNode[]> {
  const parents = findStreams(recording.requests).map(({requests, forkedFrom}, i): Stream => {
    return {session: i === 0 ? 'root' : `root:worker:${i - 1}`, requests, forkedFrom, scope: -1}
  })
  const streams = [...parents]
  const joins: {readonly target: WekaRequest; readonly ends: readonly WekaRequest[]}[] = []
  for (const subagent of recording.subagents) {
    const owner = ownerOf(subagent, parents)
    if (owner === null)
      return fail(`${recording.id}: sub-agent ${subagent.name} has no request before it`, 'requests')
    const inner = onOneClock(subagent, traits.isRelative)
    if (inner.length === 0) continue
    const children = streamsOf(subagent, inner, owner.request)
    streams.push(...children)
    const target = joinOf(subagent, owner.stream, inner)
    if (target !== null) joins.push({target, ends: children.map(({requests}) => requests.at(-1)!)})
  }
  const waits = new Waits()
  addSequences(streams, waits)
  addSpawns(streams, waits)
  addBarriers(streams, waits)
  for (const {target, ends} of joins)
    for (const end of ends) waits.add(target.id, 'join', afterEnd(end, target.startS))
  addRootWaits(streams, waits)
  return ok(nodesOf(recording, {...traits, streams, waits}))
}

/** A sub-agent's requests by the conversation's clock. */
function onOneClock({requests, startS}: WekaSubagent, isRelative: boolean): WekaRequest[] {
  return requests.map(request => {
    const at = isRelative ? startS + request.startS : Math.max(request.startS, startS)
    return {...request, startS: at, endS: at + request.tookS}
  })
}

/** Times that count from the conversation's start are not before their sub-agent's. */
export function isBefore({startS}: WekaRequest, markerS: number): boolean {
  return startS < markerS - EPSILON_S
}

/** The last request of a parent that stands before the sub-agent. */
function ownerOf(
  {order}: WekaSubagent,
  parents: readonly Stream[],
): {readonly stream: Stream; readonly request: WekaRequest} | null {
  let found: {readonly stream: Stream; readonly request: WekaRequest} | null = null
  for (const stream of parents)
    for (const request of stream.requests)
      if (request.order < order && (found === null || request.order > found.request.order))
        found = {stream, request}
  return found
}

function streamsOf(
  {order, name}: WekaSubagent,
  requests: readonly WekaRequest[],
  spawner: WekaRequest,
): Stream[] {
  const prefix = `subagent:${order}:${name}`
  return findStreams(requests).map((stream, i) => ({
    session: i === 0 ? prefix : `${prefix}:worker:${i - 1}`,
    requests: stream.requests,
    forkedFrom: i === 0 ? spawner.id : stream.forkedFrom,
    scope: order,
  }))
}

/** The first request of the parent after a sub-agent that it waited for; null where none was recorded. */
function joinOf(
  {order, isBackground, startS, durationMs}: WekaSubagent,
  parent: Stream,
  inner: readonly WekaRequest[],
): WekaRequest | null {
  if (isBackground) return null
  const lastS = inner.reduce((latest, {endS}) => Math.max(latest, endS), startS)
  const endS = durationMs === null ? lastS : startS + durationMs / 1000
  const later = parent.requests.filter(request => request.order > order && request.startS + EPSILON_S >= endS)
  return later.reduce<WekaRequest | null>(
    (first, request) => (first === null || request.order < first.order ? request : first),
    null,
  )
}

function addSequences(streams: readonly Stream[], waits: Waits): void {
  for (const {requests} of streams)
    for (const [i, request] of requests.entries())
      if (i > 0) waits.add(request.id, 'sequence', afterEnd(requests[i - 1]!, request.startS))
}

/** A stream begins when the request it came of is over, or in the middle of it as it did in the recording. */
function addSpawns(streams: readonly Stream[], waits: Waits): void {
  const byId = new Map(
    streams.flatMap(({requests}) => requests.map(request => [request.id, request] as const)),
  )
  for (const {requests, forkedFrom} of streams) {
    const [first] = requests
    const parent = forkedFrom === null ? undefined : byId.get(forkedFrom)
    if (first === undefined || parent === undefined) continue
    const isWithin = first.startS < parent.endS
    waits.add(first.id, 'spawn', isWithin ? afterStart(parent, first.startS) : afterEnd(parent, first.startS))
  }
}

/** Of every other stream of its scope a request waits for the last one that was over when it was sent. */
function addBarriers(streams: readonly Stream[], waits: Waits): void {
  for (const stream of streams) {
    const others = streams.filter(other => other !== stream && other.scope === stream.scope)
    for (const request of others.length === 0 ? [] : stream.requests) {
      const frontier = others.map(other => lastBefore(other, request)).filter(one => one !== null)
      for (const one of frontier) {
        const isCovered = frontier.some(later => isOver(one, later))
        if (!isCovered)
          waits.add(request.id, 'replay_barrier', {requestId: one.id, fromStart: false, delayMs: 0})
      }
    }
  }
}

function lastBefore({requests}: Stream, request: WekaRequest): WekaRequest | null {
  let last: WekaRequest | null = null
  for (const one of requests) if (isOver(one, request) && (last === null || endsAfter(one, last))) last = one
  return last
}

/** Sent earlier and over when the other is sent. */
function isOver(one: WekaRequest, other: WekaRequest): boolean {
  return one.startS < other.startS && one.endS <= other.startS + EPSILON_S
}

function endsAfter(a: WekaRequest, b: WekaRequest): boolean {
  const difference = a.endS - b.endS || a.startS - b.startS
  return difference > 0 || (difference === 0 && a.id > b.id)
}

/** A stream that came of nothing begins some time after the conversation did. */
function addRootWaits(streams: readonly Stream[], waits: Waits): void {
  const root = streams[0]!.requests[0]!
  for (const {requests} of streams) {
    const [first] = requests
    if (first === undefined || first === root || waits.of(first.id).length > 0) continue
    waits.add(first.id, 'spawn', afterStart(root, first.startS))
  }
}

function afterEnd({id, endS}: WekaRequest, startS: number): GraphWait {
  return {requestId: id, fromStart: false, delayMs: toMs(startS - endS)}
}

function afterStart(one: WekaRequest, startS: number): GraphWait {
  return {requestId: one.id, fromStart: true, delayMs: toMs(startS - one.startS)}
}

function nodesOf(
  {blockSize}: WekaRecording,
  {
    streams,
    waits,
    namespace,
    line,
    blockIdOf,
  }: PlayTraits & {readonly streams: readonly Stream[]; readonly waits: Waits},
): GraphNode[] {
  const starts = streams.flatMap(({requests}) => requests.map(({startS}) => startS))
  const rootS = starts.reduce((first, startS) => Math.min(first, startS), Number.POSITIVE_INFINITY)
  const nameOf = (id: string) => `${namespace}:request:${id}`
  return streams.flatMap(({session, requests}) =>
    requests.map(request => ({
      line,
      requestId: nameOf(request.id),
      playId: `${namespace}:play`,
      sessionId: `${namespace}:session:${session}`,
      inputLength: request.inputLength,
      outputLength: request.outputLength,
      hashIds: hashIdsOf(request, blockSize, blockIdOf),
      notBeforeMs: toMs(request.startS - rootS),
      waits: waits.of(request.id).map(wait => ({...wait, requestId: nameOf(wait.requestId)})),
    })),
  )
}

/** Ids of whole blocks are the recording's; of a block cut short, or without an id, nobody else has the content. */
function hashIdsOf(
  {id, inputLength, hashIds}: WekaRequest,
  blockSize: number,
  blockIdOf: PlayTraits['blockIdOf'],
): number[] {
  const whole = Math.floor(inputLength / blockSize)
  return Array.from({length: Math.ceil(inputLength / blockSize)}, (_, block) => {
    const shared = block < whole ? hashIds[block] : undefined
    return blockIdOf(shared === undefined ? `${id} ${block}` : String(shared))
  })
}

/** Seconds to ms, in whole nanoseconds; what would be negative is none. */
function toMs(seconds: number): number {
  return Math.round(Math.max(seconds, 0) * 1e9) / 1e6
}
