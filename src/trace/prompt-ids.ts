import {fail, ok, type Result} from '../core/result.ts'
import type {ParsedTrace} from './trace-columns.ts'

/** Hash ids of the prompts of a trace that has none of its own. */
export interface PromptIds {
  readonly hashStart: Uint32Array
  readonly hashIds: Uint32Array
}

/** More ids than this (4 bytes each) do not fit beside a run in a browser tab; ids are 32 bits wide, too. */
const IDS_MAX = 2 ** 28

/** Ids that no two prompts share: lengths are all that is known. */
export function freshPrompts(parsed: ParsedTrace, traceBlockSize: number): Result<PromptIds> {
  const hashStart = computeHashStarts(parsed, traceBlockSize)
  if (hashStart === null) return tooManyIds(parsed)
  const hashIds = new Uint32Array(hashStart[parsed.requestCount]!)
  for (let i = 0; i < hashIds.length; i++) hashIds[i] = i
  return ok({hashStart, hashIds})
}

interface GrowingOptions {
  readonly traceBlockSize: number
  /** Share of a session's first prompt that all sessions have in common. */
  readonly sharedRatio: number
}

/**
 * Ids of sessions whose prompt only grows (engine.md 1.8): each turn keeps the ids of the one before and adds new
 * ones from one counter. Shared ids are the numbers of their blocks, the same in every prefix group: the reference
 * tells groups apart in bits that never reach the tokens.
 */
export function growingPrompts(
  parsed: ParsedTrace,
  {traceBlockSize, sharedRatio}: GrowingOptions,
): Result<PromptIds> {
  const hashStart = computeHashStarts(parsed, traceBlockSize)
  if (hashStart === null) return tooManyIds(parsed)
  const hashIds = new Uint32Array(hashStart[parsed.requestCount]!)
  let fresh = 1
  for (let session = 0; session < parsed.sessionCount; session++) {
    let known: Uint32Array = new Uint32Array(0)
    for (let request = parsed.firstTurn[session]!; request >= 0; request = parsed.nextTurn[request]!) {
      const ids = hashIds.subarray(hashStart[request], hashStart[request + 1])
      const isFirst = parsed.turn[request] === 0
      // Half away from zero, as the reference rounds.
      const shared = isFirst ? Math.floor(ids.length * sharedRatio + 0.5) : 0
      ids.set(known.subarray(0, ids.length))
      for (let i = known.length; i < ids.length; i++) ids[i] = i < shared ? i : fresh++
      known = ids
    }
  }
  return ok({hashStart, hashIds})
}

function computeHashStarts(parsed: ParsedTrace, traceBlockSize: number): Uint32Array | null {
  const hashStart = new Uint32Array(parsed.requestCount + 1)
  let total = 0
  for (let request = 0; request < parsed.requestCount; request++) {
    total += Math.ceil(parsed.inputLengthGiven[request]! / traceBlockSize)
    if (total > IDS_MAX) return null
    hashStart[request + 1] = total
  }
  return hashStart
}

function tooManyIds({fileName}: ParsedTrace) {
  return fail(
    `${fileName}: the prompts have more than ${IDS_MAX} blocks; a larger trace_block_size makes fewer`,
    'traceBlockSize',
  )
}
