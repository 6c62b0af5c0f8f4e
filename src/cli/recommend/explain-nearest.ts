import {performance} from 'node:perf_hooks'
import type {Scenario, ServiceObjective} from '../../config/scenario.ts'
import {RunError} from '../../core/result.ts'
import {prepareRun, type RunPorts, simulatePrepared} from '../../run/prepare-run.ts'
import type {RunResult} from '../../run/run.ts'
import {keepingLast, trafficFrom} from '../../run/traffic.ts'
import {heldBy, loosest} from '../../search/answer/held.ts'
import type {Told} from '../../search/answer/recommendation.ts'
import type {WhyNot} from '../../search/answer/recommendation-json.ts'
import {whyNot} from '../../search/answer/why-not.ts'
import {wholeRuns} from '../../search/evaluation.ts'
import {machineMemory} from '../machine/memory.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {loadTrace} from '../trace/load-trace.ts'
import type {RecommendPlan} from './recommend-plan.ts'

/** Replays the nearest setting in all its phases: what kept it from holding, and what it did hold in each of them. */
export async function explainNearest(
  {id, scenario}: Told,
  {search: {problem}, paths}: RecommendPlan,
): Promise<WhyNot> {
  const ports: RunPorts = {
    loadTraffic: keepingLast(trafficFrom((own, options) => loadTrace(paths, options, own))),
    timing: createTimingLoader(),
    memory: machineMemory(),
    nowMs: () => performance.now(),
  }
  let reasons: readonly string[] | null = null
  const held: ServiceObjective[] = []
  for (const run of wholeRuns({id, scenario}, problem)) {
    const result = await simulate(run.scenario, ports)
    if (result === null) return {reasons: reasons ?? [], held: null}
    reasons ??= whyNot(run.scenario, result)
    held.push(heldBy(result.engine, problem.objective))
  }
  return {reasons: reasons ?? [], held: loosest(held)}
}

/** null for a run that cannot be finished. */
async function simulate(scenario: Scenario, ports: RunPorts): Promise<RunResult | null> {
  const prepared = await prepareRun(scenario, ports)
  if (!prepared.ok) return null
  const steps = simulatePrepared(prepared.value)
  try {
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
    }
  } catch (error) {
    if (error instanceof RunError) return null
    throw error
  }
}
