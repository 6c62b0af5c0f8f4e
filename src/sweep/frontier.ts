/** A run as a choice: what it costs and how many of its requests meet the targets. */
export interface FrontierRun {
  readonly id: string
  readonly gpuHours: number
  /** Share of requests in [0, 1]. */
  readonly attainment: number
}

/** How a planner run compares with fixed fleets chosen knowing the whole trace. */
export interface Regret {
  readonly id: string
  /** The cheapest fixed fleet with at least this attainment; null = no fixed fleet here reaches it. */
  readonly cheapest: FrontierRun | null
  /** GPU-hours beyond that fleet's; negative = the planner is cheaper. null without such a fleet. */
  readonly gpuHours: number | null
  /** Attainment short of the best fixed fleet that costs no more; negative = better; null = every one costs more. */
  readonly attainment: number | null
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

/** What a planner run gives away against the frontier of fixed fleets. */
export function computeRegret(run: FrontierRun, frontier: readonly FrontierRun[]): Regret {
  const cheapest = frontier.find(fixed => fixed.attainment >= run.attainment) ?? null
  const affordable = frontier.findLast(fixed => fixed.gpuHours <= run.gpuHours) ?? null
  return {
    id: run.id,
    cheapest,
    gpuHours: cheapest === null ? null : run.gpuHours - cheapest.gpuHours,
    attainment: affordable === null ? null : affordable.attainment - run.attainment,
  }
}

/** Rows by the trace they replayed: only fleets that served the same requests can be held against each other. */
export function groupByTrace<T extends {readonly trace_seed: number | null}>(
  rows: readonly T[],
): readonly (readonly T[])[] {
  const seeds = [...new Set(rows.map(row => row.trace_seed))]
  return seeds.map(seed => rows.filter(row => row.trace_seed === seed))
}
