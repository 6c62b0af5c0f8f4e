/** A stretch of simulated time, seconds. */
export interface Span {
  readonly fromS: number
  readonly toS: number
}

/**
 * Stretches in which `holds` is true of one item after another. An item lasts until the next one; gaps of up to
 * `bridge` items in between do not end a stretch.
 */
export function spansOf<Item>(
  items: readonly Item[],
  atS: (item: Item) => number,
  holds: (item: Item) => boolean,
  bridge = 0,
): (Span & {readonly items: readonly Item[]})[] {
  const spans: {fromS: number; toS: number; items: Item[]}[] = []
  let last = Number.NEGATIVE_INFINITY
  items.forEach((item, i) => {
    if (!holds(item)) return
    const next = items[i + 1]
    const toS = next === undefined ? atS(item) : atS(next)
    const open = spans[spans.length - 1]
    if (open !== undefined && i - last <= bridge + 1) {
      open.toS = toS
      open.items.push(item)
    } else spans.push({fromS: atS(item), toS, items: [item]})
    last = i
  })
  return spans
}

/** The longest stretch, the first of several. */
export function longestSpan<S extends Span>(spans: readonly S[]): S | undefined {
  return spans.reduce<S | undefined>(
    (longest, span) =>
      longest === undefined || span.toS - span.fromS > longest.toS - longest.fromS ? span : longest,
    undefined,
  )
}

export function totalSeconds(spans: readonly Span[]): number {
  return spans.reduce((sum, {fromS, toS}) => sum + (toS - fromS), 0)
}
