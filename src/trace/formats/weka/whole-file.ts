import type {TraceSource} from '../file-reader.ts'

/** A file that is read in one step. */
export class WholeFile implements TraceSource {
  readonly #bytes: Uint8Array
  position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isDone(): boolean {
    return this.position >= this.#bytes.length
  }

  readAll(): Uint8Array {
    this.position = this.#bytes.length
    return this.#bytes
  }
}
