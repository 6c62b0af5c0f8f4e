import {grown} from '../../core/grown.ts'
import {MAIN_POOL} from '../turn-ranks.ts'
import type {Migrations, Preemptions, PrefillChunks, RequestColumns, RequestEvents} from './record.ts'
import {TurnOrder} from './turn-order.ts'

const INITIAL = 1 << 12

/** A request leaves an instance that is ended, with the tokens it has emitted. */
export interface Migration {
  readonly request: number
  readonly atMs: number
  readonly instance: number
  readonly onPrefill: boolean
  readonly tokens: number
}

/** Collects what happened to requests besides the times everybody has, for the story of any one of them. */
export class RequestEventLog {
  readonly #chunks = new ChunkLog()
  readonly #preemptions = new PreemptionLog()
  readonly #migrations: Migration[] = []
  readonly #order = new EventOrder()

  /** @param onPrefill the instance belongs to the prefill pool of a disaggregated fleet */
  chunk(request: number, startMs: number, endMs: number, tokens: number, onPrefill: boolean): void {
    this.#chunks.append(request, startMs, endMs, tokens, onPrefill)
  }

  preemption(request: number, atMs: number, onPrefill: boolean): void {
    this.#preemptions.append(request, atMs, onPrefill)
  }

  migration(migration: Migration): void {
    this.#migrations.push(migration)
  }

  /** What is told from here on comes instance by instance, not in the order of the clock, until `settle`. */
  hold(): void {
    this.#chunks.hold()
    this.#preemptions.hold()
  }

  /** @param instances by request, the numbers of its instances */
  settle(instances: RequestInstances): void {
    this.#chunks.settle(instances, this.#order)
    this.#preemptions.settle(instances, this.#order)
  }

  columns(): RequestEvents {
    const events = {chunks: this.#chunks.columns(), preemptions: this.#preemptions.columns()}
    return this.#migrations.length === 0 ? events : {...events, migrations: columnsOf(this.#migrations)}
  }
}

class ChunkLog {
  #length = 0
  #heldFrom = 0
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

  hold(): void {
    this.#heldFrom = this.#length
  }

  settle(instances: RequestInstances, order: EventOrder): void {
    const rows = {
      from: this.#heldFrom,
      to: this.#length,
      atMs: this.#startMs,
      request: this.#request,
      onPrefill: this.#onPrefill,
    }
    order.settle(rows, instances, [this.#request, this.#startMs, this.#endMs, this.#tokens, this.#onPrefill])
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
  #heldFrom = 0
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

  hold(): void {
    this.#heldFrom = this.#length
  }

  settle(instances: RequestInstances, order: EventOrder): void {
    const rows = {
      from: this.#heldFrom,
      to: this.#length,
      atMs: this.#atMs,
      request: this.#request,
      onPrefill: this.#onPrefill,
    }
    order.settle(rows, instances, [this.#request, this.#atMs, this.#onPrefill])
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

/** By request, the numbers of its instances. */
type RequestInstances = Pick<RequestColumns, 'workerId' | 'prefillWorkerId'>

interface EventRows {
  readonly from: number
  readonly to: number
  readonly atMs: Float64Array
  readonly request: Int32Array
  readonly onPrefill: Uint8Array
}

/** Puts rows of events in order by moment, then prefill instances first, then by number of the instance; those of one instance stay as they are. */
class EventOrder {
  readonly #turnOrder = new TurnOrder()
  #turn = new Float64Array(0)

  settle(
    {from, to, atMs, request, onPrefill}: EventRows,
    {workerId, prefillWorkerId}: RequestInstances,
    columns: readonly (Int32Array | Float64Array | Uint8Array)[],
  ): void {
    const rows = to - from
    if (rows < 2) return
    if (rows > this.#turn.length) this.#turn = new Float64Array(2 * rows)
    const turn = this.#turn
    for (let i = 0; i < rows; i++) {
      const of = request[from + i]!
      turn[i] = onPrefill[from + i] === 1 ? prefillWorkerId[of]! : MAIN_POOL + workerId[of]!
    }
    this.#turnOrder.sort({rows, startMs: atMs.subarray(from, to), rank: turn}, Number.POSITIVE_INFINITY)
    for (const column of columns) reorder(column, from, rows, this.#turnOrder.order)
  }
}

function reorder(
  column: Int32Array | Float64Array | Uint8Array,
  from: number,
  rows: number,
  order: Int32Array,
): void {
  const before = column.slice(from, from + rows)
  for (let i = 0; i < rows; i++) column[from + i] = before[order[i]!]!
}

function columnsOf(migrations: readonly Migration[]): Migrations {
  return {
    length: migrations.length,
    request: Int32Array.from(migrations, ({request}) => request),
    atMs: Float64Array.from(migrations, ({atMs}) => atMs),
    instance: Int32Array.from(migrations, ({instance}) => instance),
    onPrefill: Uint8Array.from(migrations, ({onPrefill}) => (onPrefill ? 1 : 0)),
    tokens: Int32Array.from(migrations, ({tokens}) => tokens),
  }
}
