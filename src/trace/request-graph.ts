/**
 * What requests of an agentic trace wait for besides time: the end, or the start, of others. Requests that hang together
 * are a play; when one of them is turned away, those of its play that were not sent yet never are.
 */
export interface RequestGraph {
  /** Those that wait for request r are `edgeTarget[edgeStart[r] .. edgeStart[r+1]]`. */
  readonly edgeStart: Uint32Array
  readonly edgeTarget: Int32Array
  /** ms from the end, or the start, of what is waited for to the earliest start. */
  readonly edgeDelayMs: Float64Array
  /** 1 = counted from the start of what is waited for, 0 = from its end. */
  readonly edgeFromStart: Uint8Array
  /** How many others each request waits for; 0 = a root. */
  readonly waits: Int32Array
  /** Earliest start of each request, ms: as written in a parsed trace, from the first one and sped up in a workload. */
  readonly notBeforeMs: Float64Array
  readonly play: Int32Array
  readonly playCount: number
  /** Of a Weka recording: from when times of its sub-agents' requests count. */
  readonly nestedTimes?: NestedTimes
}

export type NestedTimes = 'absolute' | 'relative' | 'not_applicable'

/** One request and what it waits for. */
export interface GraphNode {
  /** In the file, from 1. */
  readonly line: number
  readonly requestId: string
  /** null = the requests it hangs together with are its play. */
  readonly playId: string | null
  readonly sessionId: string
  readonly inputLength: number
  readonly outputLength: number
  /** Low 32 bits. */
  readonly hashIds: readonly number[]
  readonly notBeforeMs: number
  readonly waits: readonly GraphWait[]
}

export interface GraphWait {
  readonly requestId: string
  readonly fromStart: boolean
  readonly delayMs: number
}

/** The graph among some of its requests. Whoever waits for one that is gone must be gone, too. */
export function gatherGraph(graph: RequestGraph, requests: Int32Array, newRequest: Int32Array): RequestGraph {
  const edges: number[] = []
  const edgeStart = new Uint32Array(requests.length + 1)
  requests.forEach((old, index) => {
    for (let edge = graph.edgeStart[old]!; edge < graph.edgeStart[old + 1]!; edge++)
      if (newRequest[graph.edgeTarget[edge]!]! >= 0) edges.push(edge)
    edgeStart[index + 1] = edges.length
  })
  return {
    edgeStart,
    edgeTarget: Int32Array.from(edges, edge => newRequest[graph.edgeTarget[edge]!]!),
    edgeDelayMs: Float64Array.from(edges, edge => graph.edgeDelayMs[edge]!),
    edgeFromStart: Uint8Array.from(edges, edge => graph.edgeFromStart[edge]!),
    waits: requests.map(old => graph.waits[old]!),
    notBeforeMs: Float64Array.from(requests, old => graph.notBeforeMs[old]!),
    ...numberedPlays(graph, requests),
    ...(graph.nestedTimes === undefined ? {} : {nestedTimes: graph.nestedTimes}),
  }
}

function numberedPlays({play}: RequestGraph, requests: Int32Array): Pick<RequestGraph, 'play' | 'playCount'> {
  const numbers = new Map<number, number>()
  for (const old of requests) if (!numbers.has(play[old]!)) numbers.set(play[old]!, numbers.size)
  return {play: requests.map(old => numbers.get(play[old]!)!), playCount: numbers.size}
}

/** Marks 0, beside those marked so, whatever waits for them directly or through others. */
export function dropDependents({edgeStart, edgeTarget}: RequestGraph, kept: Uint8Array): void {
  const dropped: number[] = []
  kept.forEach((mark, request) => {
    if (mark === 0) dropped.push(request)
  })
  for (let request = dropped.pop(); request !== undefined; request = dropped.pop()) {
    for (let edge = edgeStart[request]!; edge < edgeStart[request + 1]!; edge++) {
      const target = edgeTarget[edge]!
      if (kept[target] === 0) continue
      kept[target] = 0
      dropped.push(target)
    }
  }
}
