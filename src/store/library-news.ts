/** Tells the other tabs that the Library has changed, and hears it from them. */
export class LibraryNews {
  readonly #channel: BroadcastChannel | null

  constructor(name = 'planner-replay-library') {
    // Without one every tab goes on by itself, and sees the others' changes when it is reloaded.
    this.#channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(name)
  }

  listen(onNews: () => void): void {
    this.#channel?.addEventListener('message', onNews)
  }

  tell(): void {
    this.#channel?.postMessage('changed')
  }

  close(): void {
    this.#channel?.close()
  }
}
