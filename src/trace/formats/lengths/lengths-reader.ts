import type {CsvColumns} from '../../../config/trace-options.ts'
import {floats, words} from '../../../core/column.ts'
import {ok, type Problem, type Result} from '../../../core/result.ts'
import type {ParsedTrace} from '../../trace-columns.ts'
import {JsonLinesReader} from '../file-reader.ts'
import {SessionBuilder} from '../session-builder.ts'
import {LengthLines} from './length-lines.ts'

/**
 * JSON lines that hold lengths only, under the names people use for them (`prompt_tokens`, `isl`, `arrival_time` …): the
 * shapes of AIPerf, guidellm and of one's own logs. No two prompts share a prefix. A prompt given as text is counted by a
 * rule of thumb. Rows without input or output (failed requests) are left out and counted, as in CSV traces.
 */
export class LengthsReader extends JsonLinesReader {
  readonly #rows: LengthLines
  readonly #inputLength = floats()
  readonly #outputLength = words()
  #sessions: SessionBuilder | null = null

  constructor(bytes: Uint8Array, fileName: string, columns: CsvColumns) {
    super(bytes, fileName)
    this.#rows = new LengthLines(columns)
  }

  get requestCount(): number {
    return this.#inputLength.length
  }

  protected build(count: number): Result<ParsedTrace> {
    return ok({
      fileName: this.fileName,
      format: 'lengths',
      notices: this.#rows.notices(this.fileName),
      traceBlockSize: null,
      prompts: 'none',
      requestCount: count,
      ...this.#rows.readAs,
      inputLengthGiven: this.#inputLength.toArray(),
      outputLength: Int32Array.from(this.#outputLength.toArray()),
      ...this.#sessions!.finish(),
      hashStart: new Uint32Array(count + 1),
      hashIds: new Uint32Array(0),
    })
  }

  protected readonly readLine = (): Problem | null => {
    const row = this.#rows.read(this.lines)
    if (!row.ok) return row.error
    if (row.value === null) return null
    const {timestampMs, input, output, session, delayMs} = row.value
    this.#sessions ??= new SessionBuilder(this.lines.countLines())
    const problem = this.#sessions.add({
      line: this.lines.lineNumber,
      sessionId: session,
      timestamp: timestampMs,
      delay: delayMs,
    })
    if (problem !== null) return this.lines.problem(problem, 'delay')
    this.#inputLength.push(input)
    this.#outputLength.push(output)
    return null
  }
}
