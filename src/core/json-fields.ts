import {isObject} from './is-object.ts'
import {fail, type Problem, type Result} from './result.ts'

/** The first thing wrong with a document, shared by the readers of its parts. */
interface Findings {
  problem: Problem | null
  readonly unread: (() => string[])[]
}

interface NumberLimits {
  readonly min?: number
  readonly max?: number
  /** Taken where the field is absent; without it the field is required. */
  readonly absent?: number
}

/**
 * Reads named fields of a JSON or YAML document one by one, remembers the first that is wrong by its path, and knows which were
 * never asked for. Readers go on after a problem with a value of the right type, so that the caller needs no test after
 * each field: `finish` gives the problem or the whole.
 */
export class JsonFields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #findings: Findings
  readonly #read = new Set<string>()

  constructor(value: unknown, path: string, findings?: Findings) {
    this.#path = path
    this.#findings = findings ?? {problem: null, unread: []}

    this.#record = isObject(value) ? value : {}
    if (!isObject(value))
      this.refuse(`${path === '' ? 'the document' : path} is not an object with named fields`)
    this.#findings.unread.push(() => this.#ownUnread())
  }

  /** Gives the value that was read, or the first problem. */
  finish<T>(value: T): Result<T> {
    const {problem} = this.#findings
    return problem === null ? {ok: true, value} : {ok: false, error: problem}
  }

  /** Paths of fields, here and below, that nobody asked for. */
  unread(): string[] {
    return this.#findings.unread.flatMap(list => list())
  }

  has(key: string): boolean {
    return (this.#record[key] ?? null) !== null
  }

  keys(): string[] {
    return Object.keys(this.#record)
  }

  /** Marks fields as known although their values do not matter. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key)
  }

  raw(key: string): unknown {
    this.#read.add(key)
    return this.#record[key] ?? null
  }

  number(key: string, limits: NumberLimits = {}): number {
    const value = this.raw(key)
    if (value === null && limits.absent !== undefined) return limits.absent
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      this.refuse(`${this.path(key)} ${value === null ? 'is missing' : 'is not a number'}`, key)
      return limits.absent ?? limits.min ?? 0
    }
    this.#checkRange(key, value, limits)
    return value
  }

  whole(key: string, limits: NumberLimits = {}): number {
    const value = this.number(key, limits)
    if (!Number.isSafeInteger(value)) this.refuse(`${this.path(key)} is not a whole number`, key)
    return value
  }

  boolean(key: string, absent: boolean): boolean {
    const value = this.raw(key)
    if (value === null) return absent
    if (typeof value !== 'boolean') this.refuse(`${this.path(key)} is neither true nor false`, key)
    return value === true
  }

  /** @param absent taken where the field is absent; without it the field is required */
  text(key: string, absent?: string): string {
    const value = this.raw(key)
    if (value === null && absent !== undefined) return absent
    if (typeof value === 'string') return value
    this.refuse(`${this.path(key)} ${value === null ? 'is missing' : 'is not a text'}`, key)
    return absent ?? ''
  }

  choice<T extends string>(key: string, choices: readonly T[], absent?: T): T {
    const text = this.text(key, absent)
    const found = choices.find(choice => choice === text)
    if (found !== undefined) return found
    this.refuse(`${this.path(key)} is "${text}"; it can be ${choices.join(', ')}`, key)
    return choices[0] as T
  }

  /** A missing object reads as an empty one. */
  object(key: string): JsonFields {
    return new JsonFields(this.raw(key) ?? {}, this.path(key), this.#findings)
  }

  /** A missing list reads as an empty one. */
  list(key: string): unknown[] {
    const value = this.raw(key) ?? []
    if (Array.isArray(value)) return value
    this.refuse(`${this.path(key)} is not a list`, key)
    return []
  }

  objects(key: string): JsonFields[] {
    return this.list(key).map((item, i) => new JsonFields(item, `${this.path(key)}[${i}]`, this.#findings))
  }

  refuse(message: string, key?: string): void {
    if (this.#findings.problem !== null) return
    const problem = fail(message, key === undefined ? this.#path : this.path(key))
    this.#findings.problem = problem.error
  }

  path(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`
  }

  #checkRange(
    key: string,
    value: number,
    {min = Number.NEGATIVE_INFINITY, max = Infinity}: NumberLimits,
  ): void {
    if (value < min) this.refuse(`${this.path(key)} is ${value}; it must be at least ${min}`, key)
    if (value > max) this.refuse(`${this.path(key)} is ${value}; it must be at most ${max}`, key)
  }

  #ownUnread(): string[] {
    return this.keys()
      .filter(key => !this.#read.has(key))
      .map(key => this.path(key))
  }
}
