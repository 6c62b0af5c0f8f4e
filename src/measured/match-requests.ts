import type {RequestColumns} from '../engine/record/record.ts'
import type {MeasuredRequests} from './measured-run.ts'

/** Which simulated request stands for which measured one, and how that was found. */
export interface RequestMatch {
  readonly how: 'order' | 'lengths' | 'none'
  /** By measured request: the simulated one; -1 = none. */
  readonly simulated: Int32Array
  readonly matched: number
  /** How, as a sentence. */
  readonly text: string
}

/** Lengths agree within this many tokens or this share: a tokenizer counts templates and special tokens differently. */
const NEAR_TOKENS = 16
const NEAR_SHARE = 0.05
/** Of pairs in order, so many must agree in length. */
const IN_ORDER_SHARE = 0.95
/** Of measured requests, so many must find one of their lengths. */
const BY_LENGTH_SHARE = 0.5

/**
 * Pairs measured with simulated requests: in order of arrival where both are as many and their prompts are as long, else by
 * equal lengths, first come first paired. Without either, only distributions can be compared.
 */
export function matchRequests(measured: MeasuredRequests, simulated: RequestColumns): RequestMatch {
  const isTimed = !Number.isNaN(measured.startMs[0] ?? Number.NaN)
  const order = isTimed ? simulated.arrivalOrder : Int32Array.from({length: simulated.count}, (_, r) => r)
  const hasLengths = measured.inputTokens.some(tokens => !Number.isNaN(tokens))
  const isAsMany = measured.count === order.length
  const words = `${measured.count} measured and ${simulated.count} simulated requests`
  if (isAsMany && (!hasLengths || agreement(measured, simulated, order) >= IN_ORDER_SHARE)) {
    const why = hasLengths ? '' : '; the file has no lengths to check that by'
    return found(
      'order',
      Int32Array.from(order),
      `${words}, paired in order of ${isTimed ? 'arrival' : 'the file'}${why}`,
    )
  }
  if (hasLengths) {
    const pairs = pairByLengths(measured, simulated, order)
    const matched = countOf(pairs)
    if (matched >= BY_LENGTH_SHARE * measured.count)
      return found('lengths', pairs, `${words}; ${matched} paired by equal lengths, in order of arrival`)
  }
  const why = hasLengths ? 'their lengths differ: was another trace measured?' : 'the file has no lengths'
  const none = new Int32Array(measured.count).fill(-1)
  return found('none', none, `${words} cannot be paired (${why}); only their distributions are compared`)
}

function found(how: RequestMatch['how'], simulated: Int32Array, text: string): RequestMatch {
  return {how, simulated, matched: countOf(simulated), text}
}

function countOf(pairs: Int32Array): number {
  return pairs.reduce((count, request) => count + Number(request >= 0), 0)
}

function agreement({inputTokens}: MeasuredRequests, simulated: RequestColumns, order: Int32Array): number {
  let near = 0
  order.forEach((request, i) => {
    const [own, theirs] = [inputTokens[i]!, simulated.inputLength[request]!]
    if (Number.isNaN(own) || Math.abs(own - theirs) <= Math.max(NEAR_TOKENS, NEAR_SHARE * theirs)) near++
  })
  return near / order.length
}

/** A real answer may end early, so where output lengths never agree the prompt's alone is the key. */
function pairByLengths(measured: MeasuredRequests, simulated: RequestColumns, order: Int32Array): Int32Array {
  const both = pairByKey(measured, simulated, {order, usesOutput: true})
  if (countOf(both) >= BY_LENGTH_SHARE * measured.count) return both
  return pairByKey(measured, simulated, {order, usesOutput: false})
}

function pairByKey(
  measured: MeasuredRequests,
  simulated: RequestColumns,
  {order, usesOutput}: {readonly order: Int32Array; readonly usesOutput: boolean},
): Int32Array {
  const key = (input: number, output: number) => (usesOutput ? `${input} ${output}` : `${input}`)
  const waiting = new Map<string, number[]>()
  for (const request of order) {
    const own = key(simulated.inputLength[request]!, simulated.outputLength[request]!)
    const queue = waiting.get(own)
    if (queue === undefined) waiting.set(own, [request])
    else queue.push(request)
  }
  const next = new Map<string, number>()
  return Int32Array.from({length: measured.count}, (_, i) => {
    const own = key(measured.inputTokens[i]!, measured.outputTokens[i]!)
    const at = next.get(own) ?? 0
    next.set(own, at + 1)
    return waiting.get(own)?.[at] ?? -1
  })
}
