import {RandomStream} from '../../core/random.ts'
import {sampleBetween} from './sampling.ts'

type Range = readonly [low: number, high: number]

/** Sessions that start in bursts; each later turn adds to the prompt of the one before, after a pause. */
export interface SessionsSpec {
  readonly seed: number
  readonly sessionCount: number
  /** Turns per session; [1, 1] gives independent requests without session ids. */
  readonly turns: Range
  /** Sessions that start at the same moment. */
  readonly burst: Range
  /** ms between bursts. */
  readonly gapMs: Range
  /** ms from the end of a turn to the start of the next. */
  readonly delayMs: Range
  /** Tokens of a session's first prompt. */
  readonly prompt: Range
  /** Tokens each later turn adds. */
  readonly growth: Range
  readonly output: Range
  /** Sessions of one family start with the same blocks. */
  readonly families: number
  readonly familyBlocks: number
  /** Tokens one hash id stands for. */
  readonly traceBlockSize: number
}

/** Mooncake JSONL in order of session start, the turns of a session in a row. */
export function generateSessions(spec: SessionsSpec): string {
  const source = new SessionSource(spec)
  const random = new RandomStream(spec.seed, 'starts')
  const lines: string[] = []
  let timestamp = 0
  let session = 0
  while (session < spec.sessionCount) {
    const burst = Math.min(sampleBetween(random, ...spec.burst), spec.sessionCount - session)
    for (let i = 0; i < burst; i++) source.writeSession(lines, session++, timestamp)
    timestamp += sampleBetween(random, ...spec.gapMs)
  }
  return `${lines.join('\n')}\n`
}

class SessionSource {
  readonly #spec: SessionsSpec
  readonly #shape: RandomStream
  #nextId: number

  constructor(spec: SessionsSpec) {
    this.#spec = spec
    this.#shape = new RandomStream(spec.seed, 'shape')
    // Family f owns the ids from f * familyBlocks on; all others come after.
    this.#nextId = spec.families * spec.familyBlocks
  }

  writeSession(lines: string[], session: number, timestamp: number): void {
    const {turns, delayMs, prompt, growth, output, traceBlockSize} = this.#spec
    const random = this.#shape
    const turnCount = sampleBetween(random, ...turns)
    let hashIds = this.#familyIds()
    let inputLength = sampleBetween(random, ...prompt)
    for (let turn = 0; turn < turnCount; turn++) {
      hashIds = this.#fill(hashIds, Math.ceil(inputLength / traceBlockSize))
      const outputLength = sampleBetween(random, ...output)
      lines.push(
        JSON.stringify({
          ...(turnCount > 1 ? {session_id: `session-${session}`} : {}),
          ...(turn === 0 ? {timestamp} : {delay: sampleBetween(random, ...delayMs)}),
          input_length: inputLength,
          output_length: outputLength,
          hash_ids: hashIds,
        }),
      )
      // Only blocks full of tokens stay the same in the longer prompt of the next turn.
      hashIds = hashIds.slice(0, Math.floor(inputLength / traceBlockSize))
      inputLength += sampleBetween(random, ...growth)
    }
  }

  #familyIds(): number[] {
    const {families, familyBlocks} = this.#spec
    if (families === 0) return []
    const family = this.#shape.nextInt(families)
    return Array.from({length: familyBlocks}, (_, i) => family * familyBlocks + i)
  }

  #fill(hashIds: readonly number[], count: number): number[] {
    const kept = hashIds.slice(0, count)
    while (kept.length < count) kept.push(this.#nextId++)
    return kept
  }
}
