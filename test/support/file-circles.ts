/** Circles of files that import one another, types included: each as the names of its files, in order. */
export function fileCircles(
  files: readonly string[],
  importsOf: (file: string) => readonly string[],
): string[][] {
  const known = new Set(files)
  const state: Search = {order: new Map(), lowest: new Map(), open: [], circles: []}
  const targets = (file: string) => importsOf(file).filter(target => known.has(target))
  for (const file of files) if (!state.order.has(file)) visit(file, targets, state)
  return state.circles.map(circle => circle.sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}

interface Search {
  /** When a file was first seen. */
  readonly order: Map<string, number>
  /** The earliest file of its circle that it leads back to. */
  readonly lowest: Map<string, number>
  readonly open: string[]
  readonly circles: string[][]
}

/** Tarjan's strongly connected components. */
function visit(file: string, targets: (file: string) => readonly string[], state: Search): void {
  const {order, lowest, open, circles} = state
  const place = order.size
  order.set(file, place)
  lowest.set(file, place)
  open.push(file)
  for (const target of targets(file)) {
    if (!order.has(target)) visit(target, targets, state)
    if (open.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!))
  }
  if (lowest.get(file) !== place) return
  const circle = open.splice(open.indexOf(file))
  if (circle.length > 1) circles.push(circle)
}
