/** Seconds from, to. */
export type Span = readonly [number, number]

/** Below this, an hour's chart would show nothing but one tick. */
const MIN_VIEW_S = 1

/** The one time axis all timelines of a run share: what part is shown, and where the cursor stands. */
export class TimeAxis {
  /** The whole run. */
  readonly extent: Span
  view: Span = $state.raw([0, 1])
  /** Seconds under the pointer or the keyboard cursor; null = nowhere. */
  cursor: number | null = $state.raw(null)
  /** The moment or stretch that is being talked about; it stays marked on every chart until another is. */
  mark: Span | null = $state.raw(null)
  /** The range being dragged out, before it becomes the view. */
  selection: Span | null = $state.raw(null)

  constructor(extent: Span) {
    this.extent = extent
    this.view = extent
  }

  get isZoomed(): boolean {
    return this.view[0] > this.extent[0] || this.view[1] < this.extent[1]
  }

  show(span: Span): void {
    this.view = fitInto(span, this.extent)
  }

  reset = (): void => {
    this.view = this.extent
  }

  /** Zooms about a fixed point; factor below 1 shows less. */
  zoomAbout(center: number, factor: number): void {
    const [from, to] = this.view
    this.show([center + (from - center) * factor, center + (to - center) * factor])
  }

  panBy(seconds: number): void {
    this.show([this.view[0] + seconds, this.view[1] + seconds])
  }

  /** Puts the cursor there and moves the view along if it would be out of sight. */
  moveCursor(seconds: number): void {
    this.cursor = Math.min(Math.max(seconds, this.extent[0]), this.extent[1])
    const [from, to] = this.view
    if (this.cursor < from) this.panBy(this.cursor - from - (to - from) * 0.1)
    else if (this.cursor > to) this.panBy(this.cursor - to + (to - from) * 0.1)
  }

  /** Marks a stretch and shows it with some of what is before and after. */
  point(span: Span): void {
    this.mark = span
    const [from, to] = span
    const room = Math.max((to - from) * 0.25, (this.extent[1] - this.extent[0]) * 0.02)
    this.show([Math.max(from - room, this.extent[0]), Math.min(to + room, this.extent[1])])
  }

  startSelection(at: number): void {
    this.selection = [at, at]
  }

  extendSelection(to: number): void {
    if (this.selection !== null) this.selection = [this.selection[0], to]
  }

  /** Makes the dragged range the view, unless it was a mere click. */
  finishSelection(minSeconds: number): void {
    const selection = this.selection
    this.selection = null
    if (selection === null) return
    const [from, to] = selection[0] < selection[1] ? selection : [selection[1], selection[0]]
    if (to - from >= minSeconds) this.show([from, to])
  }

  cancelSelection(): void {
    this.selection = null
  }
}

/** Where the cursor stands in a picture of the view; null if it is not in sight. */
export function cursorPx({cursor, view}: TimeAxis, x: (seconds: number) => number): number | null {
  return cursor === null || cursor < view[0] || cursor > view[1] ? null : x(cursor)
}

/** Moves and shrinks a span so that it lies within the extent and is never shorter than the minimum. */
export function fitInto(span: Span, extent: Span): Span {
  const whole = extent[1] - extent[0]
  const width = Math.min(Math.max(span[1] - span[0], Math.min(MIN_VIEW_S, whole)), whole)
  const middle = (span[0] + span[1]) / 2
  const from = Math.min(Math.max(middle - width / 2, extent[0]), extent[1] - width)
  return [from, from + width]
}
