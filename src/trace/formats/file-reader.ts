import {fail, type Problem, type Result} from '../../core/result.ts'
import type {ParsedTrace} from '../trace-columns.ts'
import {JsonLines} from './json-lines.ts'
import type {TraceReader} from './trace-reader.ts'

/** Where a reader takes a file from, and how far it is. */
export interface TraceSource {
  readonly isDone: boolean
  /** Bytes read so far. */
  readonly position: number
}

/** What the readers of all formats have in common: a source, and that a file without requests is no trace. */
export abstract class FileReader<Source extends TraceSource> implements TraceReader {
  protected readonly source: Source
  protected readonly fileName: string

  constructor(source: Source, fileName: string) {
    this.source = source
    this.fileName = fileName
  }

  abstract readonly requestCount: number

  get isDone(): boolean {
    return this.source.isDone
  }

  get position(): number {
    return this.source.position
  }

  abstract readStep(): Problem | null

  finish(): Result<ParsedTrace> {
    if (this.requestCount > 0) return this.build(this.requestCount)
    return fail(`trace file ${this.fileName} did not contain any requests${this.kindMissing()}`)
  }

  /** The trace of all that was read, at least one request. */
  protected abstract build(requestCount: number): Result<ParsedTrace>

  /** Ends the sentence that there are no requests, where not every row is one. */
  protected kindMissing(): string {
    return ''
  }
}

/** Readers of JSON lines. */
export abstract class JsonLinesReader extends FileReader<JsonLines> {
  constructor(bytes: Uint8Array, fileName: string) {
    super(new JsonLines(bytes, fileName), fileName)
  }

  protected get lines(): JsonLines {
    return this.source
  }

  readStep(): Problem | null {
    return this.lines.readStep(this.readLine)
  }

  /** Reads the line the scanner stands on; may throw `LineError`. */
  protected abstract readonly readLine: () => Problem | null
}
