import type {Release} from '../../config/release.ts'
import type {SyntheticSpec} from '../../config/scenario.ts'
import {checkKeptTokens, checkSynthetic, hasSessions} from '../../config/synthetic-fields.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import type {Workload} from '../workload.ts'
import {arrivals16, sessionHashIds, sharedBlocks} from './synthetic-1.6.ts'

export interface SyntheticOptions {
  /** Tokens per block of the engine that meets the prompts first: shared prefixes are cut to it. */
  readonly blockSize: number
  readonly arrivalSpeedupRatio: number
  /** Closed-loop replay ignores arrival times and leaves the delays between turns as they are. */
  readonly closedLoop: boolean
  /** Whose generator: 1.6.1 spaces arrivals otherwise and tells prefix groups apart; absent = 1.2.1. */
  readonly release?: Release
}

/**
 * The reference's generated traffic as a workload. There is no randomness in it: the groups of shared prefixes fall
 * together in the reference, because only the low 32 bits of a hash id reach the tokens (engine.md 2.3).
 */
export function createSyntheticWorkload(spec: SyntheticSpec, options: SyntheticOptions): Result<Workload> {
  const problem = findProblem(spec, options)
  if (problem !== null) return problem
  const room = checkKeptTokens(spec)
  if (!room.ok) return room
  const turns = Math.max(1, spec.turns_per_session)
  const requestCount = spec.request_count * turns
  const prompts = promptsOf(spec, requestCount, options)
  const session = new Int32Array(requestCount)
  const turn = new Int32Array(requestCount)
  const nextTurn = new Int32Array(requestCount).fill(-1)
  const releaseOrder = new Int32Array(spec.request_count)
  for (let r = 0; r < requestCount; r++) {
    session[r] = Math.floor(r / turns)
    turn[r] = r % turns
    if (turn[r]! < turns - 1) nextTurn[r] = r + 1
    if (turn[r] === 0) releaseOrder[session[r]!] = r
  }
  return ok({
    requestCount,
    sessionCount: spec.request_count,
    inputLength: new Int32Array(requestCount).fill(spec.input_tokens),
    outputLength: new Int32Array(requestCount).fill(spec.output_tokens),
    session,
    turn,
    nextTurn,
    releaseOrder,
    ...timesOf(spec, turn, options),
    ...prompts,
  })
}

export function findProblem(spec: SyntheticSpec, options: SyntheticOptions) {
  const checked = checkSynthetic(spec)
  if (!checked.ok) return checked
  const ratio = options.arrivalSpeedupRatio
  if (Number.isFinite(ratio) && ratio > 0) return null
  return fail(`ratio must be a finite positive number, got ${ratio}`, 'arrivalSpeedupRatio')
}

function timesOf(spec: SyntheticSpec, turn: Int32Array, options: SyntheticOptions) {
  const arrivalMs = new Float64Array(turn.length).fill(Number.NaN)
  const delayMs = new Float64Array(turn.length)
  const ratio = options.closedLoop ? 1 : options.arrivalSpeedupRatio
  if (options.release === '1.6.1') {
    const starts = arrivals16(spec, spec.request_count, ratio)
    let session = 0
    for (let r = 0; r < turn.length; r++) {
      if (turn[r] === 0) arrivalMs[r] = starts[session++]!
      else delayMs[r] = spec.inter_turn_delay_ms / ratio
    }
    return {arrivalMs, delayMs}
  }
  const sessions = hasSessions(spec)
  // The reference turns the interval into a rate and back, which can move the last bit.
  const interval = spec.arrival_interval_ms
  const gapMs = interval > 0 ? 1000 / (1000 / interval) : 0
  let index = 0
  let clock = 0
  for (let r = 0; r < turn.length; r++) {
    if (turn[r]! > 0) {
      delayMs[r] = spec.inter_turn_delay_ms / ratio
      continue
    }
    arrivalMs[r] = (sessions ? clock : index * interval) / ratio
    clock += gapMs
    index++
  }
  return {arrivalMs, delayMs}
}

function promptsOf(spec: SyntheticSpec, requestCount: number, {blockSize, release}: SyntheticOptions) {
  if (!hasSessions(spec)) return uniquePrompts(spec.input_tokens, requestCount, blockSize)
  const blocks = Math.ceil(spec.input_tokens / blockSize)
  if (release === '1.6.1') {
    const hashStart = Uint32Array.from({length: requestCount + 1}, (_, r) => r * blocks)
    const turns = requestCount / spec.request_count
    return {hashStart, hashIds: sessionHashIds(spec, turns, blocks), traceBlockSize: blockSize}
  }
  const shared = sharedBlocks(spec, blocks)
  const hashStart = new Uint32Array(requestCount + 1)
  const hashIds = new Uint32Array(requestCount * blocks)
  let fresh = 1
  for (let r = 0; r < requestCount; r++) {
    hashStart[r + 1] = (r + 1) * blocks
    for (let i = 0; i < blocks; i++) hashIds[r * blocks + i] = i < shared ? i : fresh++
  }
  return {hashStart, hashIds, traceBlockSize: blockSize}
}

/** One hash id a request, long enough for the whole prompt: no two requests share a block. */
function uniquePrompts(inputTokens: number, requestCount: number, blockSize: number) {
  const hashStart = new Uint32Array(requestCount + 1)
  const hashIds = new Uint32Array(requestCount)
  for (let r = 0; r < requestCount; r++) {
    hashStart[r + 1] = r + 1
    hashIds[r] = r
  }
  return {hashStart, hashIds, traceBlockSize: Math.ceil(inputTokens / blockSize) * blockSize}
}
