/** A run as a choice: what it costs and how many of its requests meet the targets. */
export interface FrontierRun {
  readonly id: string
  readonly gpuHours: number
  /** Share of requests in [0, 1]. */
  readonly attainment: number
}

/** The runs no other run beats in cost and attainment both, in rising order of cost. */
export function computeFrontier(runs: readonly FrontierRun[]): readonly FrontierRun[] {
  const byCost = [...runs].sort((a, b) => a.gpuHours - b.gpuHours || b.attainment - a.attainment)
  const frontier: FrontierRun[] = []
  for (const run of byCost) {
    if (run.attainment > (frontier.at(-1)?.attainment ?? Number.NEGATIVE_INFINITY)) frontier.push(run)
  }
  return frontier
}
