import type {FieldShape} from '../field.ts'
import {type FieldValue, parseFieldValue} from '../field-text.ts'
import type {Pair} from './query-string.ts'

/** The pairs of one link, each taken once; what is left or refused is reported. */
export class LinkPairs {
  readonly #pairs: Map<string, string>
  readonly #ignored: string[] = []

  constructor(pairs: readonly Pair[]) {
    this.#pairs = new Map(pairs)
  }

  take(key: string): string | null {
    const value = this.#pairs.get(key)
    this.#pairs.delete(key)
    return value ?? null
  }

  /** undefined = not in the link, or unusable. */
  takeField(key: string, field: FieldShape): FieldValue | undefined {
    const text = this.take(key)
    if (text === null) return undefined
    const value = parseFieldValue(field, text)
    if (value === undefined) this.ignore(key, text)
    return value
  }

  takeNumber(key: string, base: number, field: FieldShape): number {
    const value = this.takeField(key, field)
    return typeof value === 'number' ? value : base
  }

  takeChoice<T extends string, B = T>(key: string, base: B, choices: readonly T[]): T | B {
    const text = this.take(key)
    if (text === null) return base
    const choice = choices.find(candidate => candidate === text)
    if (choice === undefined) this.ignore(key, text)
    return choice ?? base
  }

  ignore(key: string, text: string): void {
    const whole = `${key}=${text}`
    if (this.#ignored.length < 50) this.#ignored.push(whole.length > 80 ? `${whole.slice(0, 79)}…` : whole)
  }

  /** Everything ignored, with the keys nobody asked for. */
  finish(): readonly string[] {
    for (const [key, text] of this.#pairs) this.ignore(key, text)
    return this.#ignored
  }
}
