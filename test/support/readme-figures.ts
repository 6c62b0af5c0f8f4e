import {PUBLISHED_POINTS} from '../../src/sweep/published.ts'
import type {Band} from '../../src/sweep/repeats.ts'
import {figuresOf} from '../../src/ui/panels/guide/preset-figures.ts'
import {presetLink} from '../../src/ui/panels/guide/preset-pages.ts'

/** The figures README shows, from those that `tools/guide/preset-figures.mjs` measured. */

/** Shown in README alone. */
const TYPED_POLYNOMIAL = `${presetLink('disagg-typed')}&timing=polynomial`

const ROWS: readonly (readonly [run: string, timing: string, link: string | null])[] = [
  ['agg, 2 workers', "`polynomial` (the reference's own)", presetLink('as-published')],
  ['published', '', null],
  ["disagg, 1 prefill + 1 decode, the guide's args", '`polynomial`', presetLink('as-published-disagg')],
  ['the same with `worker_type` set', '`polynomial`', TYPED_POLYNOMIAL],
  ['agg, 2 workers', '`aic` (GPU tables of the H200)', presetLink('guide-agg')],
  ['the same, never fewer than 3', '`aic`', `${presetLink('guide-agg')}&planner.min_endpoint=3`],
  ["disagg, the guide's args", '`aic`', presetLink('guide-disagg')],
  ['the same with `worker_type` set', '`aic`', presetLink('disagg-typed')],
]

const BEGIN = '<!-- figures: node tools/guide/readme-figures.mjs -->'
const END = '<!-- end of figures -->'

/** The README with its figures as they were measured last. */
export function withFigures(readme: string): string {
  const [before, rest] = split(readme, BEGIN)
  const [, after] = split(rest, END)
  return `${before}${BEGIN}\n${figuresTable()}\n${END}${after}`
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark)
  if (at < 0) throw new Error(`README has no ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

function figuresTable(): string {
  return [
    '| run | engine timing | TTFT mean | TTFT p90 | ITL mean | GPU-hours | objective met |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...ROWS.map(([run, timing, link]) => `| ${[run, timing, ...cells(link)].join(' | ')} |`),
  ].join('\n')
}

function cells(link: string | null): readonly string[] {
  if (link === null) {
    const [{ttftMsMean, ttftMsP90, itlMsMean, gpuHours}] = PUBLISHED_POINTS as [(typeof PUBLISHED_POINTS)[0]]
    return [seconds(ttftMsMean), seconds(ttftMsP90), ms(itlMsMean), gpuHours.toFixed(2), '']
  }
  const spread = figuresOf(link)?.spread
  if (spread === undefined) throw new Error(`${link} was not measured`)
  return [
    band(spread.mean_ttft_ms, seconds),
    band(spread.p90_ttft_ms, seconds),
    band(spread.mean_itl_ms, ms),
    band(spread.gpu_hours, hours => hours.toFixed(2)),
    band(spread.sla_attainment, share => `${(share * 100).toFixed(0)} %`),
  ]
}

/** Median, and lowest to highest where they differ as printed. */
function band({min, median, max}: Band, format: (value: number) => string): string {
  const [low, high] = [format(min), format(max)]
  return low === high ? format(median) : `${format(median)} (${low} to ${high})`
}

function seconds(value: number): string {
  return value < 1000 ? ms(value) : `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} s`
}

function ms(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`
}
