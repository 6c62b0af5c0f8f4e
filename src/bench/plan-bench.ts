import {objectiveOf} from '../config/objective.ts'
import type {Scenario, ServiceObjective} from '../config/scenario.ts'
import {medianStartS} from '../config/startup/median-start.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {gpusPerWorker} from '../report/gpu-hours.ts'
import {type BenchCase, benchCases} from './bench-cases.ts'
import type {BenchChoice} from './bench-choice.ts'
import type {BenchJudge} from './bench-figures.ts'
import {benchPolicies, boundsOf} from './bench-policies.ts'
import type {BenchPolicy} from './bench-policy.ts'
import type {HindsightOptions} from './hindsight-options.ts'
import {computeTraceNeeds, type TraceNeeds} from './trace-needs.ts'
import type {WorkBoundInputs} from './work-bound.ts'

/** A bench with everything decided before its first run. */
export interface BenchPlan {
  /** With the objective said, whatever the policy. */
  readonly base: Scenario
  readonly objective: ServiceObjective
  readonly policies: readonly BenchPolicy[]
  readonly cases: readonly BenchCase[]
  readonly needs: TraceNeeds
  readonly judge: BenchJudge
  /** All that hindsight is told beside the runs; null = it is not asked for. */
  readonly hindsight: Omit<HindsightOptions, 'fixed' | 'policies'> | null
  readonly choice: BenchChoice
  readonly notices: readonly string[]
}

/** @param inputs of a prepared run of the scenario: its KV caches sized, its timing loaded */
export function planBench(choice: BenchChoice, inputs: WorkBoundInputs): Result<BenchPlan> {
  const objective = objectiveOf(inputs.scenario)
  if (objective === null) {
    return fail('a bench needs an objective to judge by: --objective ttft=MS,itl=MS,share=0.95', 'objective')
  }
  const base = {...inputs.scenario, objective}
  const needs = computeTraceNeeds({...inputs, scenario: base}, objective)
  const bounds = boundsOf(base)
  const most = choice.most ?? bounds.most
  const field = benchPolicies(base, {
    variants: choice.variants,
    kinds: new Set(choice.kinds),
    most,
    least: Math.min(bounds.least, most),
    batchAtItl: needs.batchAtItl,
  })
  if (!field.ok) return field
  const {policies, notices} = field.value
  const gpus = gpusPerWorker(base)
  return ok({
    base,
    objective,
    policies,
    cases: benchCases(policies, choice.phases),
    needs,
    judge: {objective, binS: needs.binS},
    hindsight: choice.kinds.includes('hindsight')
      ? {
          share: objective.share,
          leadS: medianStartS(base),
          spanS: needs.spanS,
          least: Math.min(bounds.least, most),
          most,
          gpus: {prefill: gpus.get('prefill') ?? 1, decode: gpus.get('decode') ?? gpus.get('agg') ?? 1},
          maxRuns: choice.maxRuns,
        }
      : null,
    choice,
    notices,
  })
}
