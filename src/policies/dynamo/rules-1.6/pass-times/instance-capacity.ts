import {EMPTY_SHAPE, type PassShape} from './forward-pass.ts'
import {type InstanceQuery, sumOverChunks, usableHitRate, wholeUp} from './instance-query.ts'

/** What one instance is asked to serve. */
export interface CapacityQuestion {
  readonly isl: number
  readonly osl: number
  readonly ttftSlaMs: number | null
  readonly itlSlaMs: number | null
  readonly kvHitRate: number | null
  /** Tokens accepted per decode pass; 1 without speculation. */
  readonly acceptLength: number
}

/** The best batch found, and what it gives. */
export interface Capacity {
  readonly instanceRps: number
  readonly ttftMs: number | null
  readonly itlMs: number | null
  /** One request from arrival to its last token. */
  readonly e2eMs: number | null
  /** Within the targets; where nothing is, the fastest batch of all is taken. */
  readonly isEligible: boolean
  readonly batchSize: number
}

/**
 * Requests per second that one instance can serve within the targets (planner-1.6.md 7.3): every batch size is tried, up to
 * 128 of them, and the fastest within the targets wins, or the fastest of all.
 */
export function findCapacity(query: InstanceQuery, question: CapacityQuestion): Capacity | null {
  const {isl, osl} = question
  if (!(isl > 0) || (!(osl > 0) && query.role !== 'prefill')) return null
  const input = Math.ceil(isl)
  const output = Math.max(1, Math.ceil(osl))
  const lengths = {
    output,
    computedInput: Math.max(1, wholeUp(input * (1 - usableHitRate(question.kvHitRate)))),
    context: Math.max(1, input + Math.floor(output / 2)),
  }
  switch (query.role) {
    case 'prefill':
      return prefillCapacity(query, question, lengths)
    case 'decode':
      return decodeCapacity(query, question, lengths)
    case 'aggregated':
      return aggregatedCapacity(query, question, lengths)
  }
}

interface Lengths {
  readonly output: number
  /** Prompt tokens the cache does not have. */
  readonly computedInput: number
  readonly context: number
}

/** Counts of the reference are 32 bits wide and stop there. */
const MOST = 2 ** 32 - 1

/** `skip`: the batch cannot be. null: it cannot be estimated, and so nothing can. */
type Candidate = Capacity | 'skip' | null

function prefillCapacity(
  query: InstanceQuery,
  question: CapacityQuestion,
  lengths: Lengths,
): Capacity | null {
  const {limits} = query
  const {computedInput} = lengths
  const most =
    computedInput > limits.maxBatchedTokens
      ? 1
      : Math.min(limits.maxSeqs, Math.floor(limits.maxBatchedTokens / computedInput))
  return best(most, batchSize => {
    const tokens = Math.min(MOST, computedInput * batchSize)
    const ttftS = sumOverChunks(tokens, limits.maxBatchedTokens, prefillTokens =>
      query.estimateS(shapeOf({prefillRequests: 1, prefillTokens})),
    )
    if (ttftS === null) return null
    if (ttftS === 0) return 'skip'
    return {
      instanceRps: batchSize / ttftS,
      ttftMs: ttftS * 1000,
      itlMs: null,
      e2eMs: ttftS * 1000,
      isEligible: isWithin(ttftS, question.ttftSlaMs),
      batchSize,
    }
  })
}

function decodeCapacity(query: InstanceQuery, question: CapacityQuestion, lengths: Lengths): Capacity | null {
  const {limits} = query
  const {context, output} = lengths
  const acceptLength = Math.max(1, question.acceptLength)
  return best(Math.min(limits.maxSeqs, Math.floor(limits.maxKvTokens / context)), batchSize => {
    const decodeKvTokens = Math.min(MOST, batchSize * context)
    const passS = query.estimateS(shapeOf({decodeRequests: batchSize, decodeKvTokens}))
    if (passS === null) return null
    const itlS = passS / acceptLength
    if (itlS === 0) return 'skip'
    return {
      instanceRps: batchSize / (output * itlS),
      ttftMs: null,
      itlMs: itlS * 1000,
      e2eMs: null,
      isEligible: isWithin(itlS, question.itlSlaMs),
      batchSize,
    }
  })
}

/** Decoding and the prefill that keeps it supplied share every pass. */
function aggregatedCapacity(
  query: InstanceQuery,
  question: CapacityQuestion,
  lengths: Lengths,
): Capacity | null {
  const {maxBatchedTokens, maxKvTokens, maxSeqs} = query.limits
  const {computedInput, context, output} = lengths
  if (maxBatchedTokens <= 1) return null
  const acceptLength = Math.max(1, question.acceptLength)
  const mostInPool = Math.min(maxSeqs, Math.floor(maxKvTokens / context))
  return best(Math.min(mostInPool, Math.max(1, maxBatchedTokens - 1)), batchSize => {
    const needed = wholeUp((batchSize * acceptLength * computedInput) / output)
    const budget = Math.max(0, maxBatchedTokens - batchSize)
    if (budget === 0 || needed > budget) return 'skip'
    const prefillTokens = Math.min(maxBatchedTokens, needed)
    const decoding = {decodeRequests: batchSize, decodeKvTokens: Math.min(MOST, batchSize * context)}
    const passS = query.estimateS(
      shapeOf({...decoding, prefillRequests: prefillTokens > 0 ? 1 : 0, prefillTokens}),
    )
    const queued = Math.min(MOST, prefillTokens + computedInput)
    const ttftS = sumOverChunks(queued, maxBatchedTokens, tokens =>
      query.estimateS(shapeOf({...decoding, prefillRequests: 1, prefillTokens: tokens})),
    )
    if (passS === null || ttftS === null) return null
    const itlS = passS / acceptLength
    if (itlS === 0 || ttftS === 0) return 'skip'
    return {
      instanceRps: batchSize / (output * itlS),
      ttftMs: ttftS * 1000,
      itlMs: itlS * 1000,
      e2eMs: (ttftS + itlS * (output - 1)) * 1000,
      isEligible: isWithin(ttftS, question.ttftSlaMs) && isWithin(itlS, question.itlSlaMs),
      batchSize,
    }
  })
}

function best(mostRequests: number, tryBatch: (batchSize: number) => Candidate): Capacity | null {
  let found: Capacity | null = null
  for (const batchSize of batchSizes(mostRequests)) {
    const candidate = tryBatch(batchSize)
    if (candidate === null) return null
    if (candidate === 'skip') continue
    if (found === null || isBetter(candidate, found)) found = candidate
  }
  return found
}

function isBetter(candidate: Capacity, known: Capacity): boolean {
  if (candidate.isEligible !== known.isEligible) return candidate.isEligible
  return candidate.instanceRps > known.instanceRps
}

/** More sizes than this are thinned out evenly. */
const MOST_TRIES = 128

function* batchSizes(most: number): Generator<number> {
  if (most <= MOST_TRIES) {
    for (let size = 1; size <= most; size++) yield size
    return
  }
  for (let i = 0; i < MOST_TRIES; i++) yield 1 + Math.floor((i * (most - 1)) / (MOST_TRIES - 1))
}

function isWithin(latencyS: number, slaMs: number | null): boolean {
  return slaMs === null || latencyS <= slaMs / 1000
}

function shapeOf(part: Partial<PassShape>): PassShape {
  return {...EMPTY_SHAPE, ...part}
}
