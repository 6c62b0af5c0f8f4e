/** A component whose script is asked for when it is first shown, or a little before. */
export class LazyView<View> {
  /** There since an earlier asking; null = it would have to be waited for. */
  loaded: View | null = null
  readonly #import: () => Promise<{readonly default: View}>

  constructor(importModule: () => Promise<{readonly default: View}>) {
    this.#import = importModule
  }

  async load(): Promise<View> {
    const {default: view} = await this.#import()
    this.loaded = view
    return view
  }

  /** Asks for it ahead of time; a failure is told to who shows it. */
  fetch(): void {
    this.load().catch(() => {})
  }
}
