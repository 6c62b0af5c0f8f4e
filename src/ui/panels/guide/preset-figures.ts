import type {Band} from '../../../sweep/repeats.ts'
import recorded from './preset-figures.json'

/** What a scenario gives on the trace it names: the figures a reader of the guide checks first. */
export interface PresetFigures {
  /** Of the scenario that was run. */
  readonly scenario_key: string
  readonly mean_ttft_ms: number
  readonly p90_ttft_ms: number
  readonly mean_itl_ms: number
  readonly p90_itl_ms: number
  readonly sla_attainment: number
  readonly gpu_hours: number
  readonly billed_gpu_hours: number
  readonly scale_ups: number
  readonly scale_downs: number
  readonly prefix_cache_reused_ratio: number
  readonly saturation: string
  /** Over the planner's phases, the run above being the first of them. */
  readonly spread: PresetSpread
}

/** How far the run depends on luck. */
export interface PresetSpread {
  readonly runs: number
  /** Why not to trust one of them, in a sentence; null = they agree. */
  readonly fragile: string | null
  readonly mean_ttft_ms: Band
  readonly p90_ttft_ms: Band
  readonly mean_itl_ms: Band
  readonly p90_itl_ms: Band
  readonly sla_attainment: Band
  readonly gpu_hours: Band
}

/** Makes the file anew; test/parity.test.ts checks that it still holds. */
export const FIGURES_COMMAND = 'node tools/guide/preset-figures.mjs'

const FIGURES: Readonly<Record<string, PresetFigures>> = recorded

/** Figures of a measured scenario by its link, without the version; null if it was not measured. */
export function figuresOf(link: string): PresetFigures | null {
  return FIGURES[link] ?? null
}
