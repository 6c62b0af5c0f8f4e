import type {WekaRequest} from './weka-recording.ts'
import {EPSILON_S, lcp} from './weka-requests.ts'

/** Requests of one agent, one after the other. */
export interface WekaStream {
  readonly requests: WekaRequest[]
  /** The request out of whose prompt it grew; null = none. */
  readonly forkedFrom: string | null
}

/** Where a chain left another one: the last request of that one, and how many blocks both share. */
interface Fork {
  parent: string | null
  depth: number
  readonly startS: number
}

interface Chain {
  requests: WekaRequest[]
  readonly fork: Fork | null
  /** Its last request that has block ids. */
  tail: WekaRequest | null
  isSpliced: boolean
}

/** A chain may go on in one that left it later than this only if they share enough. */
const LONGEST_GAP_S = 3600
const LEAST_OVERLAP = 0.5

/**
 * Tells the agents of a list of requests apart by their prompts, as ai-dynamo 1.6.1 does: a request goes on in the chain whose last
 * prompt it begins with; else it leaves the chain it shares most with. The first stream is the main one.
 */
export function findStreams(given: readonly WekaRequest[]): WekaStream[] {
  const sorted = [...given].sort(byStart)
  const preamble = preambleOf(sorted)
  const chains = chainsOf(sorted.slice(preamble.length))
  joinSeams(chains)
  const left = chains
    .filter(({isSpliced}) => !isSpliced)
    .sort((a, b) => byStart(a.requests[0]!, b.requests[0]!))
  return left.map(({requests, fork}, i) => ({
    requests: i === 0 ? [...requests, ...preamble].sort(byStart) : requests,
    forkedFrom: fork?.parent ?? null,
  }))
}

/** The first request, where it has nothing to do with those after it: a title, a check of quota. */
function preambleOf(sorted: readonly WekaRequest[]): readonly WekaRequest[] {
  const [first, ...others] = sorted
  if (first === undefined || others.length === 0 || first.hashIds.length === 0) return []
  if (others.some(({hashIds}) => lcp(first.hashIds, hashIds) > 0)) return []
  if (first.outputLength > LONGEST_PREAMBLE) {
    const later = new Set(others.flatMap(({hashIds}) => hashIds))
    if (first.hashIds.some(id => later.has(id))) return []
  }
  return [first]
}

/** Tokens that a preamble puts out at most if it shares any block with what follows. */
const LONGEST_PREAMBLE = 64

function chainsOf(sorted: readonly WekaRequest[]): Chain[] {
  const chains: Chain[] = []
  for (const request of sorted) {
    const [main] = chains
    if (main === undefined) chains.push(newChain(request, null))
    else if (request.hashIds.length === 0) main.requests.push(request)
    else {
      const known = extended(chains, request) ?? (chains.every(({tail}) => tail === null) ? main : null)
      if (known === null) chains.push(newChain(request, forkOf(chains, request)))
      else append(known, request)
    }
  }
  return chains
}

function newChain(request: WekaRequest, fork: Fork | null): Chain {
  const tail = request.hashIds.length === 0 ? null : request
  return {requests: [request], fork, tail, isSpliced: false}
}

function append(chain: Chain, request: WekaRequest): void {
  chain.requests.push(request)
  chain.tail = request
}

/** The chain whose last prompt is the longest that this one begins with, if that request was over by then. */
function extended(chains: readonly Chain[], request: WekaRequest): Chain | null {
  let best: Chain | null = null
  for (const chain of chains) {
    const {tail} = chain
    if (tail === null || tail.hashIds.length <= (best?.tail?.hashIds.length ?? 0)) continue
    const goesOn =
      tail.model === request.model &&
      tail.endS <= request.startS + EPSILON_S &&
      lcp(tail.hashIds, request.hashIds) === tail.hashIds.length
    if (goesOn) best = chain
  }
  return best
}

/** From the chain that shares most blocks; among those the one with the longest prompt. */
function forkOf(chains: readonly Chain[], {hashIds, startS}: WekaRequest): Fork {
  let parent: WekaRequest | null = null
  let depth = 0
  for (const {tail} of chains) {
    if (tail === null) continue
    const shared = lcp(tail.hashIds, hashIds)
    const isLonger = shared === depth && parent !== null && tail.hashIds.length > parent.hashIds.length
    if (shared > depth || isLonger) {
      parent = tail
      depth = shared
    }
  }
  return {parent: parent?.id ?? null, depth, startS}
}

/**
 * A prompt that was rewritten leaves its chain though nothing else goes on there: of the chains that left at a chain's
 * end, the likeliest is spliced to it, and so on from the new end.
 */
function joinSeams(chains: readonly Chain[]): void {
  const forks = new Map<string, Chain[]>()
  for (const chain of chains) {
    const {fork} = chain
    if (fork === null || fork.parent === null || fork.depth === 0) continue
    forks.set(fork.parent, [...(forks.get(fork.parent) ?? []), chain])
  }
  const waiting = new Set(forks.keys())
  for (let id = firstOf(waiting); id !== null; id = firstOf(waiting)) {
    waiting.delete(id)
    const owner = chains.find(({isSpliced, tail}) => !isSpliced && tail?.id === id)
    if (owner === undefined) continue
    const registered = forks.get(id)!.filter(({isSpliced}) => !isSpliced)
    const tail = owner.tail!
    const elected = likeliest(registered.filter(chain => chain !== owner && mayGoOn(chain, tail)))
    if (elected === null) continue
    splice(owner, elected)
    for (const other of registered) if (other !== elected) moveFork(other, owner.tail!, {forks, waiting})
  }
}

/** The first in the order of text; removes nothing. */
function firstOf(names: ReadonlySet<string>): string | null {
  let first: string | null = null
  for (const name of names) if (first === null || name < first) first = name
  return first
}

function splice(owner: Chain, elected: Chain): void {
  owner.requests = [...owner.requests, ...elected.requests]
  owner.tail = elected.tail
  elected.requests = []
  elected.isSpliced = true
}

/** A chain that left at the former end, and shares something with the new one, left there. */
function moveFork(
  chain: Chain,
  tail: WekaRequest,
  {forks, waiting}: {readonly forks: Map<string, Chain[]>; readonly waiting: Set<string>},
): void {
  const {fork, requests} = chain
  const [first] = requests
  if (fork === null || first === undefined || tail.startS > first.startS + EPSILON_S) return
  const depth = lcp(tail.hashIds, first.hashIds)
  if (depth === 0) return
  fork.parent = tail.id
  fork.depth = depth
  forks.set(tail.id, [...(forks.get(tail.id) ?? []), chain])
  waiting.add(tail.id)
}

function mayGoOn({fork, requests}: Chain, tail: WekaRequest): boolean {
  const [first] = requests
  if (fork === null || fork.depth === 0 || first === undefined) return false
  const overlap = fork.depth / Math.max(tail.hashIds.length, 1)
  return (
    tail.endS <= first.startS + EPSILON_S &&
    first.model === tail.model &&
    !(first.startS - tail.endS > LONGEST_GAP_S && overlap < LEAST_OVERLAP)
  )
}

/** Shares most, left first, stands first. */
function likeliest(chains: readonly Chain[]): Chain | null {
  let best: Chain | null = null
  for (const chain of chains) {
    const [own, other] = [chain.fork!, best?.fork]
    if (other == null || own.depth > other.depth || (own.depth === other.depth && own.startS < other.startS))
      best = chain
  }
  return best
}

function byStart(a: WekaRequest, b: WekaRequest): number {
  return a.startS - b.startS || a.order - b.order
}
