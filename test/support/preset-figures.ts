import {computeSpread} from '../../src/answers/spread.ts'
import {spreadRepeatsOf} from '../../src/answers/spread-repeats.ts'
import {decodeScenario} from '../../src/config/link/url-codec.ts'
import {objectiveOf} from '../../src/config/objective.ts'
import type {Scenario} from '../../src/config/scenario.ts'
import {computeSaturation} from '../../src/report/honesty/saturation.ts'
import {scenarioKey} from '../../src/report/honesty/scenario-key.ts'
import type {RunResult} from '../../src/run/run.ts'
import {workloadOptionsOf} from '../../src/run/traffic.ts'
import {computeFigures} from '../../src/sweep/points.ts'
import {parseMooncake} from '../../src/trace/formats/mooncake.ts'
import {BUNDLED_TRACES} from '../../src/trace/generators/bundled-traces.ts'
import {generateTrace} from '../../src/trace/generators/generate.ts'
import type {PresetFigures, PresetSpread} from '../../src/ui/panels/guide/preset-figures.ts'
import {measuredLinks} from '../../src/ui/panels/guide/preset-pages.ts'
import {runOn} from './golden.ts'
import {PROJECT} from './shared.ts'

/** Figures by the link of the scenario; without links every preset, and every change of one the guide tells of. */
export async function measurePresets(links = measuredLinks()): Promise<Record<string, PresetFigures>> {
  const figures: Record<string, PresetFigures> = {}
  for (const link of links) {
    const scenario = scenarioOf(link)
    const run = await runScenario(scenario)
    const spread = await measureSpread(scenario, run)
    figures[link] = {scenario_key: scenarioKey(scenario), ...figuresOf(run), spread}
  }
  return figures
}

/** The same at the other phases of the planner. */
async function measureSpread(scenario: Scenario, run: RunResult): Promise<PresetSpread> {
  const {of, repeats} = spreadRepeatsOf(scenario, null)
  const points = [computeFigures(run)]
  for (const repeat of repeats) points.push(computeFigures(await runScenario(repeat)))
  const share = objectiveOf(scenario)?.share ?? 1
  const {runs, fragile, figures} = computeSpread(points, {of, share})
  const {mean_ttft_ms, p90_ttft_ms, mean_itl_ms, p90_itl_ms, sla_attainment, gpu_hours} = figures as Required<
    typeof figures
  >
  return {runs, fragile, mean_ttft_ms, p90_ttft_ms, mean_itl_ms, p90_itl_ms, sla_attainment, gpu_hours}
}

export function scenarioOf(link: string): Scenario {
  const {scenario, ignored} = decodeScenario(link)
  if (ignored.length > 0) throw new Error(`${link}: ${ignored.join(', ')} is not known`)
  return scenario
}

export function runScenario(scenario: Scenario): Promise<RunResult> {
  const {trace} = scenario
  const bundled = BUNDLED_TRACES.find(({id}) => trace.kind === 'catalogue' && id === trace.id)
  if (bundled === undefined) throw new Error('a preset whose trace is not bundled')
  const text = generateTrace(bundled.generator)
  const workload = parseMooncake(text, {fileName: bundled.id, ...workloadOptionsOf(scenario)})
  if (!workload.ok) throw new Error(workload.error.message)
  return runOn(scenario, workload.value, `${PROJECT}/static-traces`)
}

function figuresOf({report, engine, scaling}: RunResult): Omit<PresetFigures, 'scenario_key' | 'spread'> {
  const events = scaling?.scalingEvents ?? []
  const scale_ups = events.filter(event => event.to_count > event.from_count).length
  const extras = report.planner_replay
  return {
    mean_ttft_ms: report.mean_ttft_ms,
    p90_ttft_ms: report.p90_ttft_ms,
    mean_itl_ms: report.mean_itl_ms,
    p90_itl_ms: report.p90_itl_ms,
    sla_attainment: extras.sla_attainment ?? Number.NaN,
    gpu_hours: extras.gpu_hours,
    billed_gpu_hours: extras.billed_gpu_hours,
    scale_ups,
    scale_downs: events.length - scale_ups,
    prefix_cache_reused_ratio: report.prefix_cache_reused_ratio,
    saturation: computeSaturation(engine).label,
  }
}
