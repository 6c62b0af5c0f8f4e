import type {ForwardPass} from './forward-pass.ts'
import {type InstanceQuery, sumOverChunks, usableHitRate, wholeUp} from './instance-query.ts'

export interface TtftQuestion {
  readonly kvHitRate: number | null
  /** Scales the queue. */
  readonly queueFactor?: number
  /** Scales the decode load. */
  readonly decodeFactor?: number
  readonly withQueuedDecode?: boolean
}

export interface ItlQuestion {
  readonly factor?: number
  readonly withQueuedPrefill?: boolean
}

/**
 * Time until a request that came now had its first token: its prompt and the queue's, in chunks as large as fit
 * (planner-1.6.md 7.1). All queued requests count in every chunk, and the decode load stays what it is.
 */
export function estimateTtftS(
  query: InstanceQuery,
  pass: ForwardPass,
  question: TtftQuestion,
): number | null {
  const {role, averages, limits, estimateS} = query
  if (role === 'decode') return null
  const {queueFactor = 1, decodeFactor = 1, withQueuedDecode = false} = question
  let queuedTokens = pass.queuedPrefillTokens * queueFactor
  let queuedRequests = pass.queuedPrefillRequests * queueFactor
  if (averages.isl > 0) {
    queuedTokens += averages.isl
    queuedRequests += 1
  }
  queuedTokens *= 1 - usableHitRate(question.kvHitRate)
  const kvTokens = pass.decodeKvTokens + (withQueuedDecode ? pass.queuedDecodeKvTokens : 0)
  const decoding = pass.decodeRequests + (withQueuedDecode ? pass.queuedDecodeRequests : 0)
  const isAggregated = role === 'aggregated'
  const shape = {
    prefillRequests: Math.max(1, wholeUp(queuedRequests)),
    prefillKvTokens: 0,
    decodeRequests: isAggregated ? wholeUp(decoding * decodeFactor) : 0,
    decodeKvTokens: isAggregated ? wholeUp(kvTokens * decodeFactor) : 0,
  }
  return sumOverChunks(wholeUp(queuedTokens), limits.maxBatchedTokens, prefillTokens =>
    estimateS({...shape, prefillTokens}),
  )
}

/**
 * Time of the next pass with one request more (planner-1.6.md 7.2). In an aggregated fleet its prefill is what passes had
 * on average, not what this instance has.
 */
export function estimateItlS(query: InstanceQuery, pass: ForwardPass, question: ItlQuestion): number | null {
  const {role, averages, estimateS} = query
  if (role === 'prefill') return null
  const {factor = 1, withQueuedPrefill = false} = question
  let kvTokens = pass.decodeKvTokens + pass.queuedDecodeKvTokens
  let requests = pass.decodeRequests + pass.queuedDecodeRequests
  if (withQueuedPrefill) {
    kvTokens += pass.queuedPrefillTokens
    requests += pass.queuedPrefillRequests
  }
  kvTokens *= factor
  requests *= factor
  if (averages.decodeLength > 0) {
    kvTokens += averages.decodeLength
    requests += 1
  }
  const prefillTokens = role === 'aggregated' ? wholeUp(averages.prefillTokens) : 0
  const prefillRequests =
    role === 'aggregated' ? Math.max(wholeUp(averages.prefillRequests), prefillTokens > 0 ? 1 : 0) : 0
  return estimateS({
    prefillKvTokens: 0,
    prefillRequests,
    prefillTokens,
    decodeRequests: wholeUp(requests),
    decodeKvTokens: wholeUp(kvTokens),
  })
}
