/** Block identities that came to or went from one instance's cache, in order, until a router takes them in. */
export class KvEventLog {
  /** For every stretch of identities [from .. to): `from * 2` where they came, `from * 2 + 1` where they went, and then `to`. */
  readonly events: number[] = []

  stored(from: number, to: number): void {
    this.events.push(from * 2, to)
  }

  removed(from: number, to: number): void {
    this.events.push(from * 2 + 1, to)
  }

  clear(): void {
    this.events.length = 0
  }
}

/** Calls back for every stretch in the order of events: whether it came, and the identities [from .. to). */
export function eachEvent(
  events: readonly number[],
  visit: (isStored: boolean, from: number, to: number) => void,
): void {
  for (let i = 0; i < events.length; i += 2) visit(events[i]! % 2 === 0, events[i]! >>> 1, events[i + 1]!)
}
