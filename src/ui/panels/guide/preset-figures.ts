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
}

/** Makes the file anew; test/parity.test.ts checks that it still holds. */
export const FIGURES_COMMAND = 'node tools/guide/preset-figures.mjs'

const FIGURES: Readonly<Record<string, PresetFigures>> = recorded

/** Figures of a measured scenario by its link, without the version; null if it was not measured. */
export function figuresOf(link: string): PresetFigures | null {
  return FIGURES[link] ?? null
}
