import type {TraceFormat} from '../../../config/trace-options.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {GraphNode, NestedTimes, RequestGraph} from '../../request-graph.ts'
import type {ParsedTrace} from '../../trace-columns.ts'

export interface GraphTraits {
  readonly fileName: string
  readonly format: TraceFormat
  /** Tokens one hash id stands for; null = as the scenario says. */
  readonly traceBlockSize: number | null
  readonly notices: readonly string[]
  readonly nestedTimes?: NestedTimes
}

/**
 * Columns of a trace whose requests wait for each other. Each request is a session of its own, numbered by the order of ids: at
 * one moment the reference sends them in that order.
 *
 * @param nodes at least one
 */
export function buildGraphTrace(
  nodes: readonly GraphNode[],
  {nestedTimes, ...traits}: GraphTraits,
): Result<ParsedTrace> {
  const {fileName} = traits
  const byId = new Map<string, number>()
  for (const [request, {requestId, line}] of nodes.entries()) {
    if (byId.has(requestId))
      return problem(fileName, line, `duplicates request_id ${requestId}`, 'request_id')
    byId.set(requestId, request)
  }
  const plays = playsOf(nodes, byId)
  const graph = linkNodes(nodes, byId, {fileName, ...plays})
  if (!graph.ok) return graph
  const cycle = findCycle(graph.value)
  if (cycle.length > 0) {
    const names = cycle.slice(0, 8).map(request => nodes[request]!.requestId)
    return fail(
      `${fileName}: ${cycle.length} requests wait for each other in a circle, directly or through others: ${names.join(', ')}`,
      'wait_for',
    )
  }
  const whole = nestedTimes === undefined ? graph.value : {...graph.value, nestedTimes}
  return ok({...traits, prompts: 'hashes', ...columnsOf(nodes, byId), graph: whole})
}

/** Requests that hang together are one play where the file names none. */
function playsOf(
  nodes: readonly GraphNode[],
  byId: ReadonlyMap<string, number>,
): Pick<RequestGraph, 'play' | 'playCount'> {
  const above = Int32Array.from(nodes.keys())
  const top = (request: number): number => {
    let at = request
    while (above[at] !== at) {
      above[at] = above[above[at]!]!
      at = above[at]!
    }
    return at
  }
  for (const [request, {waits}] of nodes.entries())
    for (const wait of waits) {
      const other = byId.get(wait.requestId)
      if (other !== undefined) above[top(request)] = top(other)
    }
  const numbers = new Map<string | number, number>()
  const play = Int32Array.from(nodes, ({playId}, request) => {
    const name = playId ?? top(request)
    const known = numbers.get(name) ?? numbers.size
    numbers.set(name, known)
    return known
  })
  return {play, playCount: numbers.size}
}

function linkNodes(
  nodes: readonly GraphNode[],
  byId: ReadonlyMap<string, number>,
  {fileName, play, playCount}: {readonly fileName: string} & Pick<RequestGraph, 'play' | 'playCount'>,
): Result<RequestGraph> {
  const edgeStart = new Uint32Array(nodes.length + 1)
  for (const [request, {requestId, line, waits}] of nodes.entries())
    for (const wait of waits) {
      const source = byId.get(wait.requestId)
      if (source === undefined)
        return problem(fileName, line, `waits for ${wait.requestId}, which is not in the file`, 'wait_for')
      if (source === request) return problem(fileName, line, `waits for itself (${requestId})`, 'wait_for')
      if (play[source] !== play[request])
        return problem(fileName, line, `waits for ${wait.requestId}, which is of another play`, 'play_id')
      edgeStart[source + 1]!++
    }
  for (let request = 0; request < nodes.length; request++) edgeStart[request + 1]! += edgeStart[request]!
  const edgeCount = edgeStart[nodes.length]!
  const edgeTarget = new Int32Array(edgeCount)
  const edgeDelayMs = new Float64Array(edgeCount)
  const edgeFromStart = new Uint8Array(edgeCount)
  const next = edgeStart.slice()
  for (const [request, {waits}] of nodes.entries())
    for (const {requestId, fromStart, delayMs} of waits) {
      const edge = next[byId.get(requestId)!]!++
      edgeTarget[edge] = request
      edgeDelayMs[edge] = delayMs
      edgeFromStart[edge] = fromStart ? 1 : 0
    }
  return ok({
    edgeStart,
    edgeTarget,
    edgeDelayMs,
    edgeFromStart,
    waits: Int32Array.from(nodes, ({waits}) => waits.length),
    notBeforeMs: Float64Array.from(nodes, ({notBeforeMs}) => notBeforeMs),
    play,
    playCount,
  })
}

/** The requests that can never be sent, because each waits for another of them. */
function findCycle({waits, edgeStart, edgeTarget}: RequestGraph): number[] {
  const left = waits.slice()
  const ready = [...left.keys()].filter(request => left[request] === 0)
  for (let request = ready.pop(); request !== undefined; request = ready.pop())
    for (let edge = edgeStart[request]!; edge < edgeStart[request + 1]!; edge++) {
      const target = edgeTarget[edge]!
      if (--left[target]! === 0) ready.push(target)
    }
  return [...left.keys()].filter(request => left[request]! > 0)
}

function columnsOf(nodes: readonly GraphNode[], byId: ReadonlyMap<string, number>) {
  const count = nodes.length
  const hashStart = new Uint32Array(count + 1)
  for (let r = 0; r < count; r++) hashStart[r + 1] = hashStart[r]! + nodes[r]!.hashIds.length
  const hashIds = new Uint32Array(hashStart[count]!)
  for (const [r, node] of nodes.entries()) hashIds.set(node.hashIds, hashStart[r])
  const firstTurn = Int32Array.from([...byId.keys()].sort(byText), id => byId.get(id)!)
  const session = new Int32Array(count)
  firstTurn.forEach((request, rank) => {
    session[request] = rank
  })
  return {
    requestCount: count,
    sessionCount: count,
    line: Uint32Array.from(nodes, ({line}) => line),
    inputLengthGiven: Float64Array.from(nodes, ({inputLength}) => inputLength),
    outputLength: Int32Array.from(nodes, ({outputLength}) => outputLength),
    timestampMs: Float64Array.from(nodes, ({waits, notBeforeMs}) =>
      waits.length === 0 ? notBeforeMs : Number.NaN,
    ),
    delayMs: new Float64Array(count),
    session,
    turn: new Int32Array(count),
    nextTurn: new Int32Array(count).fill(-1),
    firstTurn,
    sessionNames: new Map(
      Array.from(firstTurn, (request, rank) => [rank, nodes[request]!.sessionId] as const),
    ),
    hashStart,
    hashIds,
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function problem(fileName: string, line: number, text: string, field: string) {
  return fail(`${fileName}: trace line ${line} ${text}`, field)
}
