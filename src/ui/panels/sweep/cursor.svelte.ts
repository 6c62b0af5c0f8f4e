/** The one cursor all charts of a sweep share: a position of the swept knob. */
export class SweepCursor {
  /** null = nowhere. */
  x: number | null = $state.raw(null)

  /** @returns the position after the move, or null without positions */
  step(xs: readonly number[], direction: 1 | -1): number | null {
    const at = this.x
    const next =
      at === null
        ? direction === 1
          ? xs[0]
          : xs.at(-1)
        : direction === 1
          ? (xs.find(x => x > at) ?? xs.at(-1))
          : (xs.findLast(x => x < at) ?? xs[0])
    this.x = next ?? null
    return this.x
  }

  clear = (): void => {
    this.x = null
  }
}
