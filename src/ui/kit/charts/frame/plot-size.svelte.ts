import {flushSync} from 'svelte'

interface Size {
  readonly width: number
  readonly height: number
}

/** How large a chart is drawn: as wide as its place on the page, or for a moment as a picture is wanted. */
export class PlotSize {
  /** Width of its place, px; 0 until it is known. */
  measured = $state(0)
  readonly #height: () => number
  #picture: Size | null = $state.raw(null)

  /** @param height on the page, px */
  constructor(height: () => number) {
    this.#height = height
  }

  get width(): number {
    return this.#picture?.width ?? this.measured
  }

  get height(): number {
    return this.#picture?.height ?? this.#height()
  }

  /** Draws the chart at another size while something is done with it; nothing of it is ever painted. */
  at<T>(size: Size, act: () => T): T {
    this.#picture = size
    flushSync()
    try {
      return act()
    } finally {
      this.#picture = null
      flushSync()
    }
  }
}
