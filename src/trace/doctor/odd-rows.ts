import type {ParsedTrace} from '../trace-columns.ts'
import type {OddityCure, TraceOddity} from './oddity.ts'

/** Block sizes that engines and published traces use. */
const BLOCK_SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048]
/** A block size is right if nearly every prompt has as many ids as blocks of it. */
const NEARLY_ALL = 0.95

/** Whether prompts have about as many ids as blocks of this size. */
export function tellBlockSize(parsed: ParsedTrace, traceBlockSize: number): TraceOddity | null {
  const {requestCount, inputLengthGiven, hashStart, prompts} = parsed
  if (prompts !== 'hashes') return null
  const tally = new BlockSizeTally(traceBlockSize)
  for (let request = 0; request < requestCount; request++)
    tally.add(inputLengthGiven[request]!, hashStart[request + 1]! - hashStart[request]!)
  return tally.tell()
}

/** The same of prompts that come one by one. */
export class BlockSizeTally {
  readonly #traceBlockSize: number
  #count = 0
  #known = 0
  #cut = 0
  #spare = 0
  /** Prompts that have as many ids as blocks of each of `BLOCK_SIZES`. */
  readonly #right = BLOCK_SIZES.map(() => 0)

  constructor(traceBlockSize: number) {
    this.#traceBlockSize = traceBlockSize
  }

  /** @param tokens as written; infinite where absent */
  add(tokens: number, ids: number): void {
    this.#count++
    if (!Number.isFinite(tokens)) return
    this.#known++
    if (tokens > ids * this.#traceBlockSize) this.#cut++
    else if (ids > Math.ceil(tokens / this.#traceBlockSize) + 1) this.#spare++
    for (let i = 0; i < BLOCK_SIZES.length; i++)
      if (Math.ceil(tokens / BLOCK_SIZES[i]!) === ids) this.#right[i]!++
  }

  tell(): TraceOddity | null {
    const size = this.#traceBlockSize
    const known = this.#known
    const cut = this.#cut
    const spare = this.#spare
    if (known === 0 || (cut < 0.01 * known && spare < 0.5 * known)) return null
    const likely = BLOCK_SIZES.find(
      (other, i) => other !== size && this.#right[i]! >= NEARLY_ALL * this.#count,
    )
    const asks = likely === undefined ? '' : ` Their lengths fit blocks of ${likely} tokens.`
    const text =
      cut > 0
        ? `${cut} of ${known} prompts are longer than their hash_ids at ${size} tokens each, and are cut to those.${asks}`
        : `${spare} of ${known} prompts have more hash_ids than blocks of ${size} tokens, so prefixes look shared that are not.${asks}`
    const cure = likely === undefined ? null : ({flag: '--trace-block-size', value: String(likely)} as const)
    return {kind: 'block-size', text, cure}
  }
}

const DUPLICATE_SHARE = 0.01
/** As many lines as can be left out by number. */
const MOST_LINES = 100

/** Rows that stand in the file more than once: a file concatenated with itself, a retried export. */
export function tellDuplicates(parsed: ParsedTrace): TraceOddity | null {
  const {requestCount, prompts} = parsed
  const repeated = prompts === 'hashes' ? repeatedRows(parsed) : repeatedFile(parsed)
  if (repeated.length < 2 || repeated.length < DUPLICATE_SHARE * requestCount) return null
  const fields = prompts === 'hashes' ? 'time, lengths and hash_ids' : 'time and lengths'
  const text = `${repeated.length} of ${requestCount} rows stand in the file more than once, with the same ${fields}.`
  return {kind: 'duplicates', text, cure: withoutRepeated(parsed, repeated)}
}

/** Either the rows before the first repeated one, where all that follow are, or lines by number. */
function withoutRepeated({requestCount, line}: ParsedTrace, repeated: readonly number[]): OddityCure | null {
  const [first = 0] = repeated
  if (first + repeated.length === requestCount) return {flag: '--trace-limit', value: String(first)}
  if (repeated.length > MOST_LINES) return null
  return {flag: '--trace-leave-out', value: repeated.map(request => line[request]!).join(',')}
}

/** Rows that agree with an earlier one in time, lengths and last block id. */
function repeatedRows(parsed: ParsedTrace): readonly number[] {
  const repeated: number[] = []
  // By a number made of the row; rows that share one are compared.
  const newest = new Map<number, number>()
  const older = new Int32Array(parsed.requestCount).fill(-1)
  for (let request = 0; request < parsed.requestCount; request++) {
    const key = rowKey(parsed, request)
    const first = newest.get(key) ?? -1
    let other = first
    while (other >= 0 && !areSameRow(parsed, request, other)) other = older[other]!
    if (other >= 0) {
      repeated.push(request)
      continue
    }
    older[request] = first
    newest.set(key, request)
  }
  return repeated
}

/** Lengths alone agree by chance, so only a file that begins anew and goes on as it did counts. */
const LEAST_ROWS = 10

function repeatedFile(parsed: ParsedTrace): readonly number[] {
  const {requestCount, timestampMs} = parsed
  let start = LEAST_ROWS
  while (start < requestCount && !(timestampMs[start]! < timestampMs[start - 1]!)) start++
  for (let request = start; request < requestCount; request++)
    if (!areSameRow(parsed, request, request - start)) return []
  return Array.from({length: requestCount - start}, (_, i) => start + i)
}

function rowKey(parsed: ParsedTrace, request: number): number {
  const {timestampMs, inputLengthGiven, outputLength} = parsed
  const lengths =
    Math.imul(inputLengthGiven[request]!, 0x9e3779b1) ^ Math.imul(outputLength[request]!, 0x85ebca6b)
  return Math.imul(lengths ^ Math.trunc(timestampMs[request]! * 8), 0xc2b2ae35) ^ lastHash(parsed, request)
}

function areSameRow(parsed: ParsedTrace, a: number, b: number): boolean {
  const {timestampMs, inputLengthGiven, outputLength} = parsed
  return (
    isSameTime(timestampMs[a]!, timestampMs[b]!) &&
    inputLengthGiven[a] === inputLengthGiven[b] &&
    outputLength[a] === outputLength[b] &&
    lastHash(parsed, a) === lastHash(parsed, b)
  )
}

/** Later turns of a session have no time of their own. */
function isSameTime(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function lastHash({hashStart, hashIds}: ParsedTrace, request: number): number {
  return hashIds[hashStart[request + 1]! - 1] ?? -1
}
