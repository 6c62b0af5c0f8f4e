import type {RequestColumns} from '../engine/record/record.ts'

/** Requests that were admitted and produced a token, in the order their sums run (engine.md 11.1, 11.4). */
export function completedInArrivalOrder(requests: RequestColumns): Int32Array {
  const {arrivalOrder} = requests
  const completed = new Int32Array(arrivalOrder.length)
  let count = 0
  for (let i = 0; i < arrivalOrder.length; i++)
    if (isCompleted(requests, arrivalOrder[i]!)) completed[count++] = arrivalOrder[i]!
  return completed.slice(0, count)
}

/** It was admitted and produced a token. */
export function isCompleted(requests: RequestColumns, request: number): boolean {
  return !Number.isNaN(requests.firstAdmitMs[request]!) && requests.emittedTokens[request]! > 0
}

/**
 * It ended with its whole answer: all the tokens it asked for, or in 1.6.1, which says how requests end, as many as the
 * model's length left room for.
 */
export function isAnswered({status, emittedTokens, outputLength}: RequestColumns, request: number): boolean {
  const emitted = emittedTokens[request]!
  return status === undefined ? emitted >= outputLength[request]! : status[request] === 1
}

/** Arrival to first token. */
export function ttftMs(requests: RequestColumns, request: number): number {
  return Math.max(requests.firstTokenMs[request]! - requests.arrivalMs[request]!, 0)
}

/** First to second token; only for requests of two or more. */
export function ttstMs(requests: RequestColumns, request: number): number {
  return requests.secondTokenMs[request]! - requests.firstTokenMs[request]!
}

/** Mean gap between the tokens of one request; 0 for a single token. */
export function tpotMs(requests: RequestColumns, request: number): number {
  const gaps = requests.emittedTokens[request]! - 1
  if (gaps < 1) return 0
  return (requests.lastTokenMs[request]! - requests.firstTokenMs[request]!) / gaps
}

/** Arrival to last token. */
export function e2eMs(requests: RequestColumns, request: number): number {
  return Math.max(requests.lastTokenMs[request]! - requests.arrivalMs[request]!, 0)
}

/** Arrival ≤ admission ≤ first token ≤ second ≤ last ≤ end of the run. */
export function isInOrder(requests: RequestColumns, r: number, endMs: number): boolean {
  const first = requests.firstTokenMs[r]!
  const second = requests.emittedTokens[r]! >= 2 ? requests.secondTokenMs[r]! : first
  const admit = requests.firstAdmitMs[r]!
  const last = requests.lastTokenMs[r]!
  return (
    requests.arrivalMs[r]! <= admit && admit <= first && first <= second && second <= last && last <= endMs
  )
}
