import {performance} from 'node:perf_hooks'
import {type BenchPlan, planBench} from '../../bench/plan-bench.ts'
import type {BenchJob} from '../../bench/run-bench.ts'
import {checkScenario} from '../../config/checks/scenario-rules.ts'
import {phaseShiftOf, type Scenario} from '../../config/scenario.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {prepareRun} from '../../run/prepare-run.ts'
import {sha256OfSynthetic, trafficFrom} from '../../run/traffic.ts'
import {pointKey} from '../../sweep/point-key.ts'
import type {TraceGenerator} from '../../trace/generators/generate.ts'
import {NO_RECIPE} from '../../trace/generators/trace-recipes.ts'
import {toWorkload} from '../../trace/parsed-trace.ts'
import type {ParsedTrace} from '../../trace/trace-columns.ts'
import {machineMemory} from '../machine/memory.ts'
import {checkSweepBase, hashProfiles, readSweepBase} from '../sweep/sweep-base.ts'
import type {PointTask} from '../sweep/sweep-point.ts'
import {createTimingLoader} from '../timing-loader.ts'
import {recipeOfTrace} from '../trace/load-trace.ts'
import type {BenchArguments} from './bench-arguments.ts'

/** A bench with everything read and checked, before the first run. */
export interface CliBenchPlan {
  readonly bench: BenchPlan
  readonly trace: ParsedTrace | null
  readonly recipe: TraceGenerator | null
  readonly taskOf: (job: BenchJob) => PointTask
  readonly hasProgress: boolean
  readonly notices: readonly string[]
}

export async function planCliBench({choice, rest}: BenchArguments): Promise<Result<CliBenchPlan>> {
  const centre = await readSweepBase(rest, 'a bench')
  if (!centre.ok) return centre
  const {base, path, bytes, traceSha256, hasProgress} = centre.value
  const recipe = bytes !== null && base.traceSeed !== undefined ? recipeOfTrace(bytes, path) : null
  if (recipe === null && base.traceSeed !== undefined && bytes !== null)
    return fail(`--trace-seed: ${NO_RECIPE}`, '--trace-seed')
  const checked = await checkSweepBase(centre.value)
  if (!checked.ok) return checked
  const {trace, notices} = checked.value
  const inputs = await prepareBase(base, trace)
  if (!inputs.ok) return inputs
  // The points size their own KV caches, as every run does.
  const planned = planBench(choice, inputs.value)
  if (!planned.ok) return planned
  const bench = planned.value
  const wrong = bench.cases.map(({scenario}) => checkScenario(scenario)).find(({ok}) => !ok)
  if (wrong !== undefined && !wrong.ok) return wrong
  const profileSha256 = hashProfiles(base)
  if (!profileSha256.ok) return profileSha256
  const sha256 = base.synthetic === undefined ? (traceSha256 ?? '') : sha256OfSynthetic(base.synthetic)
  const taskOf = ({id, scenario, phase, isScratch}: BenchJob): PointTask => ({
    facts: {
      id,
      axes: {policy: id},
      repeat: phase,
      phase_shift_s: phaseShiftOf(scenario),
      trace_seed: scenario.traceSeed ?? null,
      key: pointKey({scenario, traceSha256: sha256, profileSha256: profileSha256.value}),
    },
    scenario,
    judge: bench.judge,
    isScratch,
  })
  return ok({bench, trace, recipe, taskOf, hasProgress, notices: [...notices, ...bench.notices]})
}

/** The scenario as a run would find it: the bound and the usual batch are worked out from its traffic and its timing. */
async function prepareBase(base: Scenario, trace: ParsedTrace | null) {
  const prepared = await prepareRun(base, {
    loadTraffic: trafficFrom(async (_, options) => {
      if (trace === null) return fail('a bench without generated traffic needs a trace')
      const workload = toWorkload(trace, options)
      if (!workload.ok) return workload
      return ok({workload: workload.value, name: trace.fileName, sha256: '', fileBytes: 0, notices: []})
    }),
    timing: createTimingLoader(),
    memory: machineMemory(),
    nowMs: () => performance.now(),
  })
  return prepared.ok ? ok(prepared.value.inputs) : prepared
}
