import recorded from './release-figures.json'

interface Band {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** What a scenario gives on the bundled hour over the phases of its planner: median and range. */
export interface ReleaseFigures {
  /** Of the scenario that was run, at the phase of its link. */
  readonly scenario_key: string
  readonly phases: number
  readonly mean_ttft_ms: Band
  readonly mean_itl_ms: Band
  /** Share of requests within both targets. */
  readonly sla_attainment: Band
  readonly billed_gpu_hours: Band
  /** Share of load ticks at which the budget held a wish for more; 1.2.1 has no such reason. */
  readonly held_share: Band | null
}

/** Makes the file anew; test/releases.test.ts checks that it still holds. */
export const RELEASE_FIGURES_COMMAND = 'node tools/guide/release-figures.mjs'

interface Row {
  readonly link: string
  readonly title: string
}

const NEW = 'preset=guide-agg&dynamo=1.6.1'
const COLD = `${NEW}&engine.startup_time=60`

/** The guide's aggregated scenario under both releases. */
export const THEN_AND_NOW: readonly Row[] = [
  {link: 'preset=guide-agg', title: '1.2.1, ready at once'},
  {link: NEW, title: '1.6.1, ready at once'},
  {link: 'preset=guide-agg&engine.startup_time=60', title: '1.2.1, cold start 60 s'},
  {link: COLD, title: '1.6.1, cold start 60 s'},
  {link: 'preset=guide-agg&engine.startup_time=300', title: '1.2.1, cold start 300 s'},
  {link: `${NEW}&engine.startup_time=300`, title: '1.6.1, cold start 300 s'},
]

/** Changes of the scenario that latches, tried one by one. */
export const TRIED: readonly Row[] = [
  {link: `${COLD}&engine.max_num_batched_tokens=2048`, title: 'max_num_batched_tokens 2048'},
  {link: `${COLD}&planner.itl=110`, title: 'itl 110'},
  {link: `${COLD}&planner.itl=150`, title: 'itl 150'},
  {link: `${COLD}&planner.max_gpu_budget=5`, title: 'max_gpu_budget 5'},
  {link: `${COLD}&planner.min_endpoint=3`, title: 'min_endpoint 3'},
  {link: `${COLD}&planner.load_adjustment_interval=30`, title: 'load_adjustment_interval 30'},
  {link: `${COLD}&planner.load_min_observations=40`, title: 'load_min_observations 40'},
  {link: `${COLD}&planner.max_num_fpm_samples=16`, title: 'max_num_fpm_samples 16'},
]

const FIGURES: Readonly<Record<string, ReleaseFigures>> = recorded

/** Figures of a row; null if it was not measured. */
export function releaseFiguresOf(link: string): ReleaseFigures | null {
  return FIGURES[link] ?? null
}
