/** Block identities that came to or went from one instance's cache, in order, until a router takes them in. */
export class KvEventLog {
  /** `block * 2` for one that came, `block * 2 + 1` for one that went. */
  readonly events: number[] = []

  stored(block: number): void {
    this.events.push(block * 2)
  }

  removed(block: number): void {
    this.events.push(block * 2 + 1)
  }

  clear(): void {
    this.events.length = 0
  }
}
