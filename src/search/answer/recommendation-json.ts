import type {ServiceObjective} from '../../config/scenario.ts'
import type {Recommendation, Told} from './recommendation.ts'

export interface WhyNot {
  readonly reasons: readonly string[]
  /** What the nearest setting held in every phase; null where it did not finish. */
  readonly held: ServiceObjective | null
}

/** `recommend.json`: equal bytes for equal questions, whoever ran them. */
export function formatRecommendation(answer: Recommendation, why: WhyNot | null): string {
  const {
    objective,
    isGeneratedAnew,
    mostCost,
    dearer,
    best,
    surest,
    unverified,
    nearest,
    today,
    fixed,
    front,
    evaluations,
    seed,
    reason,
  } = answer
  const document = {
    best: best && toldJson(best),
    surest: surest && toldJson(surest),
    unverified: unverified && toldJson(unverified),
    nearest: nearest && toldJson(nearest),
    why_not: why?.reasons ?? null,
    could_hold: why?.held ? objectiveJson(why.held) : null,
    today: today && toldJson(today),
    best_fixed_fleet: fixed && {fleet: fixed.id.slice(fixed.id.indexOf(':') + 1), ...toldJson(fixed)},
    front: front.map(toldJson),
    evaluations: {full: evaluations.full, partial: evaluations.partial, whole_trace_runs: evaluations.weight},
    seed,
    ...(isGeneratedAnew ? {trace: 'generated anew for each run'} : {}),
    objective: objectiveJson(objective),
    ...(mostCost === null ? {} : {most_cost: mostCost, dearer: dearer && toldJson(dearer)}),
    ended: reason ?? 'unfinished',
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function objectiveJson({ttftMs, itlMs, share}: ServiceObjective) {
  return {ttft_ms: ttftMs, itl_ms: itlMs, share}
}

function toldJson({values, share, shareRange, gpuHours, billedGpuHours, cost, holds}: Told) {
  return {
    ...{values, share, share_range: shareRange, gpu_hours: gpuHours},
    ...{billed_gpu_hours: billedGpuHours, cost, holds},
  }
}
