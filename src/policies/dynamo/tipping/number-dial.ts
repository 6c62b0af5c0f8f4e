import type {Dial, TippingInput} from './dial.ts'

export interface NumberDial<Config, Grounds> {
  readonly input: TippingInput
  readonly pool?: Dial<Config, Grounds>['pool']
  readonly from: number
  /** Grid units per 1. */
  readonly perUnit: number
  readonly min: number
  readonly max: number
  readonly apply: (value: number) => {readonly config: Config; readonly grounds: Grounds}
}

/** A target is looked for within this factor. */
export const TARGET_RANGE = 100

/** Replicas, or GPUs, by which counts, bounds and budgets are raised at the most. */
export const COUNT_RANGE = 64

/** A plain number turned both ways. Grid values are whole numbers divided, so that 47.3 is the double 47.3. */
export function bothWays<Config, Grounds>(number: NumberDial<Config, Grounds>): Dial<Config, Grounds>[] {
  const {input, pool = null, from, perUnit, min, max, apply} = number
  return ([-1, 1] as const).map(direction => {
    const start = direction > 0 ? Math.floor(from * perUnit) : Math.ceil(from * perUnit)
    const end = direction > 0 ? Math.floor(max * perUnit) : Math.ceil(min * perUnit)
    const valueAt = (steps: number) => (start + direction * steps) / perUnit
    return {
      input,
      pool,
      instanceId: null,
      direction,
      from,
      anchor: from,
      scale: Math.abs(from) > 0 ? Math.abs(from) : 1,
      maxSteps: Math.max(0, (end - start) * direction),
      valueAt,
      deltaAt: steps => valueAt(steps) - from,
      apply: steps => apply(valueAt(steps)),
    }
  })
}

/** A budget both ways. Without a limit the fleet as decided is where one would begin to bite: below it a cap, above it a floor. */
export function budgetDials<Config, Grounds>(
  budget: NumberDial<Config, Grounds> & {readonly input: 'max_gpu_budget' | 'min_gpu_budget'},
  decided: number,
): Dial<Config, Grounds>[] {
  if (budget.from >= 0) return bothWays(budget)
  const bites = budget.input === 'max_gpu_budget' ? -1 : 1
  return bothWays({...budget, from: decided, max: decided + COUNT_RANGE})
    .filter(({direction}) => direction === bites)
    .map(unlimited => ({...unlimited, from: null}))
}

/** The demand that throughput scaling reckons with, in requests per second. */
export function demandDials<Config, Grounds>(
  forecast: {readonly numReq: number; readonly windowS: number},
  apply: (numReq: number) => {readonly config: Config; readonly grounds: Grounds},
): Dial<Config, Grounds>[] {
  const from = forecast.numReq / forecast.windowS
  return bothWays({
    input: 'predicted_demand',
    from,
    perUnit: 1000,
    min: 0,
    max: Math.max(from, 1) * TARGET_RANGE,
    apply: rps => apply(rps * forecast.windowS),
  })
}
