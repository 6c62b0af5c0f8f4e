import {grown} from '../../core/grown.ts'
import type {Preemptions, PrefillChunks, RequestEvents} from './record.ts'

const INITIAL = 1 << 12

/** Collects what happened to requests besides the times everybody has, for the story of any one of them. */
export class RequestEventLog {
  readonly #chunks = new ChunkLog()
  readonly #preemptions = new PreemptionLog()

  /** @param onPrefill the instance belongs to the prefill pool of a disaggregated fleet */
  chunk(request: number, startMs: number, endMs: number, tokens: number, onPrefill: boolean): void {
    this.#chunks.append(request, startMs, endMs, tokens, onPrefill)
  }

  preemption(request: number, atMs: number, onPrefill: boolean): void {
    this.#preemptions.append(request, atMs, onPrefill)
  }

  columns(): RequestEvents {
    return {chunks: this.#chunks.columns(), preemptions: this.#preemptions.columns()}
  }
}

class ChunkLog {
  #length = 0
  #request = new Int32Array(INITIAL)
  #startMs = new Float64Array(INITIAL)
  #endMs = new Float64Array(INITIAL)
  #tokens = new Int32Array(INITIAL)
  #onPrefill = new Uint8Array(INITIAL)

  append(request: number, startMs: number, endMs: number, tokens: number, onPrefill: boolean): void {
    if (this.#length === this.#request.length) this.#grow()
    const at = this.#length++
    this.#request[at] = request
    this.#startMs[at] = startMs
    this.#endMs[at] = endMs
    this.#tokens[at] = tokens
    this.#onPrefill[at] = onPrefill ? 1 : 0
  }

  columns(): PrefillChunks {
    const length = this.#length
    return {
      length,
      request: this.#request.slice(0, length),
      startMs: this.#startMs.slice(0, length),
      endMs: this.#endMs.slice(0, length),
      tokens: this.#tokens.slice(0, length),
      onPrefill: this.#onPrefill.slice(0, length),
    }
  }

  #grow(): void {
    this.#request = grown(this.#request, this.#length * 2)
    this.#startMs = grown(this.#startMs, this.#length * 2)
    this.#endMs = grown(this.#endMs, this.#length * 2)
    this.#tokens = grown(this.#tokens, this.#length * 2)
    this.#onPrefill = grown(this.#onPrefill, this.#length * 2)
  }
}

class PreemptionLog {
  #length = 0
  #request = new Int32Array(INITIAL)
  #atMs = new Float64Array(INITIAL)
  #onPrefill = new Uint8Array(INITIAL)

  append(request: number, atMs: number, onPrefill: boolean): void {
    if (this.#length === this.#request.length) this.#grow()
    const at = this.#length++
    this.#request[at] = request
    this.#atMs[at] = atMs
    this.#onPrefill[at] = onPrefill ? 1 : 0
  }

  columns(): Preemptions {
    const length = this.#length
    return {
      length,
      request: this.#request.slice(0, length),
      atMs: this.#atMs.slice(0, length),
      onPrefill: this.#onPrefill.slice(0, length),
    }
  }

  #grow(): void {
    this.#request = grown(this.#request, this.#length * 2)
    this.#atMs = grown(this.#atMs, this.#length * 2)
    this.#onPrefill = grown(this.#onPrefill, this.#length * 2)
  }
}
