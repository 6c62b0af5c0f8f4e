import type {TimeUnit} from '../../config/trace-options.ts'
import {ok, type Problem, type Result} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {MooncakeReader} from './mooncake.ts'
import {timeUnitMs} from './time-unit.ts'
import type {TraceReader} from './trace-reader.ts'

/** Tokens of one hash id in the published Bailian traces. */
const BLOCK_SIZE = 16

/**
 * The Bailian usage traces: Mooncake's rows with times in seconds and blocks of 16 tokens. Requests of one chat come at
 * their recorded times, as independent arrivals: the recording does not say what a user waited for.
 */
export class BailianReader implements TraceReader {
  readonly #rows: MooncakeReader
  readonly #unit: TimeUnit

  constructor(bytes: Uint8Array, fileName: string, unit: TimeUnit) {
    this.#rows = new MooncakeReader(bytes, fileName)
    this.#unit = unit
  }

  get isDone(): boolean {
    return this.#rows.isDone
  }

  get position(): number {
    return this.#rows.position
  }

  get requestCount(): number {
    return this.#rows.requestCount
  }

  readStep(): Problem | null {
    return this.#rows.readStep()
  }

  finish(): Result<ParsedTrace> {
    const parsed = this.#rows.finish()
    if (!parsed.ok) return parsed
    const factor = timeUnitMs(this.#unit)
    const {timestampMs, delayMs, fileName, notices} = parsed.value
    const notice = `${fileName} is read as a Bailian trace (chat_id, parent_chat_id): times in ${this.#unit}, blocks of ${BLOCK_SIZE} tokens.`
    return ok({
      ...parsed.value,
      format: 'bailian',
      traceBlockSize: BLOCK_SIZE,
      timestampMs: timestampMs.map(time => time * factor),
      delayMs: delayMs.map(delay => delay * factor),
      notices: [notice, ...notices],
    })
  }
}
