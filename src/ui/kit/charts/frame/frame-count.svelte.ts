/**
 * Counts frames up to a limit: one chart is drawn in each, so that opening many never holds the page up. The first frame counts
 * as none: what stands above the charts is to be seen before any of them is drawn.
 */
export class FrameCount {
  value = $state(0)

  /** To be made while a component is: it counts as long as the component is there. */
  constructor(limit: () => number) {
    let isSeen = false
    $effect(() => {
      if (this.value > limit()) return
      let frame = requestAnimationFrame(() => {
        if (isSeen) this.value++
        else frame = requestAnimationFrame(() => this.value++)
        isSeen = true
      })
      return () => cancelAnimationFrame(frame)
    })
  }
}
