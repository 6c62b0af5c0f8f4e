/** A small choice that outlives the page; where storage is forbidden or full it lasts as long as the page. */
export class Persisted<T> {
  #value: T
  readonly #key: string
  readonly #toText: (value: T) => string | null

  /**
   * @param parse what a stored text stands for; null = nothing is stored
   * @param toText null = nothing needs to be stored
   */
  constructor(key: string, parse: (text: string | null) => T, toText: (value: T) => string | null) {
    this.#key = key
    this.#toText = toText
    this.#value = $state.raw(parse(readStored(acrossVisits, key)))
  }

  get value(): T {
    return this.#value
  }

  set value(value: T) {
    this.#value = value
    writeStored(acrossVisits, this.#key, this.#toText(value))
  }
}

/** Storage that may be forbidden: then every access fails, even of the property. */
export type MaybeStorage = () => Storage

const acrossVisits: MaybeStorage = () => localStorage

export function readStored(storage: MaybeStorage, key: string): string | null {
  try {
    return storage().getItem(key)
  } catch {
    return null
  }
}

/** @param text null removes it */
export function writeStored(storage: MaybeStorage, key: string, text: string | null): void {
  try {
    if (text === null) storage().removeItem(key)
    else storage().setItem(key, text)
  } catch {
    // What the page shows still holds.
  }
}
