/** Counts frames up to a limit: one chart is drawn in each, so that opening many never holds the page up. */
export class FrameCount {
  value = $state(0)

  /** To be made while a component is: it counts as long as the component is there. */
  constructor(limit: () => number) {
    $effect(() => {
      if (this.value > limit()) return
      const frame = requestAnimationFrame(() => this.value++)
      return () => cancelAnimationFrame(frame)
    })
  }
}
