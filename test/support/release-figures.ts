import {dynamoTicksOf} from '../../src/report/dynamo-ticks.ts'
import {scenarioKey} from '../../src/report/honesty/scenario-key.ts'
import type {RunResult} from '../../src/run/run.ts'
import {type Band, computeBand, repeatsOf} from '../../src/sweep/repeats.ts'
import {type ReleaseFigures, THEN_AND_NOW, TRIED} from '../../src/ui/panels/guide/releases/release-figures.ts'
import {runScenario, scenarioOf} from './preset-figures.ts'

const PHASES = 5

export const RELEASE_LINKS: readonly string[] = [...THEN_AND_NOW, ...TRIED].map(({link}) => link)

/** Figures by the link of the scenario, over phases of the planner's interval. */
export async function measureReleases(
  links = RELEASE_LINKS,
  onDone: (link: string) => void = () => {},
): Promise<Record<string, ReleaseFigures>> {
  const figures: Record<string, ReleaseFigures> = {}
  for (const link of links) {
    figures[link] = await measure(link)
    onDone(link)
  }
  return figures
}

async function measure(link: string): Promise<ReleaseFigures> {
  const scenario = scenarioOf(link)
  const runs: RunResult[] = []
  for (const repeat of repeatsOf(scenario, {of: 'phase', count: PHASES}, null))
    runs.push(await runScenario(repeat))
  const band = (read: (run: RunResult) => number): Band => computeBand(runs.map(read))!
  return {
    scenario_key: scenarioKey(scenario),
    phases: PHASES,
    mean_ttft_ms: band(({report}) => report.mean_ttft_ms),
    mean_itl_ms: band(({report}) => report.mean_itl_ms),
    sla_attainment: band(({report}) => report.planner_replay.sla_attainment ?? Number.NaN),
    billed_gpu_hours: band(({report}) => report.planner_replay.billed_gpu_hours),
    held_share: scenario.release === undefined ? null : band(heldShare),
  }
}

/** Share of the load ticks at which the budget held a wish for more. */
function heldShare({scaling}: RunResult): number {
  const ticks = dynamoTicksOf(scaling).filter(tick => tick.is_load)
  const held = ticks.filter(tick => tick.load_decision_reason === 'gpu_budget_guard_hold')
  return ticks.length === 0 ? 0 : held.length / ticks.length
}
