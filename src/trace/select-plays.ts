import type {TraceSelection} from '../config/trace-options.ts'
import {RandomStream} from '../core/random.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {dropDependents, type RequestGraph} from './request-graph.ts'
import type {ParsedTrace} from './trace-columns.ts'

/**
 * The requests a scenario replays of a trace whose requests wait for each other: of a sample of its plays those that begin
 * in the window, whole plays as long as the limit has room, and of them no request that is too long nor what waits for it.
 */
export function choosePlays(
  {fileName, requestCount, inputLengthGiven}: ParsedTrace,
  graph: RequestGraph,
  selection: TraceSelection,
  seed: number,
): Result<Int32Array> {
  const {limit = Number.POSITIVE_INFINITY, maxInput = Number.POSITIVE_INFINITY} = selection
  const {play} = graph
  const chosen = playsInWindow(graph, selection, seed)
  const kept = new Uint8Array(requestCount)
  for (let request = 0; request < requestCount; request++)
    if (chosen[play[request]!] === 1 && inputLengthGiven[request]! <= maxInput) kept[request] = 1
  dropDependents(graph, kept)
  const sizes = new Int32Array(graph.playCount)
  for (let request = 0; request < requestCount; request++) sizes[play[request]!]! += kept[request]!
  let room = limit
  const isIn = sizes.map(size => {
    room -= size
    return room >= 0 ? 1 : 0
  })
  const requests = Int32Array.from(kept.keys()).filter(
    request => kept[request] === 1 && isIn[play[request]!] === 1,
  )
  if (requests.length > 0) return ok(requests)
  return fail(`${fileName}: no play is left in the chosen window, sample and limit`, 'traceSelection')
}

/** By play: 1 = sampled and beginning in the window, which counts from the first start of all. */
function playsInWindow(
  {play, playCount, waits, notBeforeMs}: RequestGraph,
  {startS = 0, endS = Number.POSITIVE_INFINITY, sample = 1}: TraceSelection,
  seed: number,
): Uint8Array {
  const startMs = new Float64Array(playCount).fill(Number.POSITIVE_INFINITY)
  for (let request = 0; request < play.length; request++)
    if (waits[request] === 0)
      startMs[play[request]!] = Math.min(startMs[play[request]!]!, notBeforeMs[request]!)
  const first = startMs.reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY)
  const random = new RandomStream(seed, 'trace sample')
  return Uint8Array.from(startMs, ms => {
    // One random number a play whatever its fate, so that a larger sample holds the smaller one.
    const isSampled = random.next() < sample
    const sinceS = (ms - first) / 1000
    return isSampled && sinceS >= startS && sinceS < endS ? 1 : 0
  })
}
