import {fail, ok, type Result} from '../core/result.ts'
import type {Workload} from './workload.ts'

/** Each token of each prompt is spelled out, four bytes apiece. */
const MOST_TOKENS = 200_000_000

/**
 * The workload whose rows hold only what each turn adds (`mooncake-delta`, engine-1.6.md 1.7): a prompt is then all that the
 * session's earlier turns sent and were answered, and the turn's own tokens. Generated tokens are like no others. Every
 * turn is taken to be answered in full; the engine says so where one is not.
 */
export function cumulativePrompts(workload: Workload): Result<Workload> {
  const {requestCount, turn, nextTurn, inputLength, outputLength} = workload
  const lengths = new Int32Array(requestCount)
  let total = 0
  for (let first = 0; first < requestCount; first++) {
    if (turn[first] !== 0) continue
    let length = 0
    for (let request = first; request >= 0; request = nextTurn[request]!) {
      length += inputLength[request]!
      lengths[request] = length
      total += length
      length += outputLength[request]!
    }
  }
  if (total > MOST_TOKENS)
    return fail(
      `the prompts of its turns, each with all that came before, are ${total} tokens: more than ${MOST_TOKENS}`,
      'format',
    )
  return ok({
    ...workload,
    ...spellOut(workload, lengths, total),
    inputLength: lengths,
    traceBlockSize: 1,
    accumulates: true,
  })
}

function spellOut(
  {requestCount, turn, nextTurn, inputLength, outputLength, hashStart, hashIds, traceBlockSize}: Workload,
  lengths: Int32Array,
  total: number,
): Pick<Workload, 'hashStart' | 'hashIds'> {
  const starts = new Uint32Array(requestCount + 1)
  for (let request = 0; request < requestCount; request++)
    starts[request + 1] = starts[request]! + lengths[request]!
  const tokens = new Uint32Array(total)
  const numbers = new Map<number, number>()
  for (const id of hashIds) if (!numbers.has(id)) numbers.set(id, numbers.size)
  let fresh = numbers.size
  for (let first = 0; first < requestCount; first++) {
    if (turn[first] !== 0) continue
    let before = -1
    for (let request = first; request >= 0; request = nextTurn[request]!) {
      let at = starts[request]!
      if (before >= 0) {
        tokens.copyWithin(at, starts[before]!, starts[before + 1]!)
        at += lengths[before]!
        for (const end = at + outputLength[before]!; at < end; at++) tokens[at] = fresh++
      }
      for (let i = 0; i < inputLength[request]!; i++)
        tokens[at + i] = numbers.get(hashIds[hashStart[request]! + Math.floor(i / traceBlockSize)]!)!
      before = request
    }
  }
  return {hashStart: starts, hashIds: tokens}
}
