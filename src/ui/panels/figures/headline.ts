import {objectiveOf} from '../../../config/objective.ts'
import type {CalibratedFigures, Report, ReportSpread} from '../../../report/report.ts'
import {
  formatCompact,
  formatCount,
  formatDigits,
  formatFixed,
  formatMoney,
  formatMs,
  formatValue,
  NONE,
} from '../../kit/format.ts'
import type {Money} from '../../model/money/price-table.svelte.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'
import {measuredWhisker, type Whisker} from './measured-whisker.ts'
import {bandOf, TELL, type Tell, tellBand} from './spread-words.ts'

/** One headline figure: a big number, how far it can be trusted, and the numbers around it. */
export interface Figure {
  readonly label: string
  /** Of the metric it is in a comparison. */
  readonly metric: string
  readonly value: string
  /** null = nothing to keep, or not to be judged by this number. */
  readonly isMet: boolean | null
  readonly verdict: string
  /** What is beside it gets longer once the run was repeated. */
  readonly spreads: boolean
  readonly details: readonly (readonly [string, string])[]
  /** What real engines would make of it, where that was measured. */
  readonly measured?: {readonly whisker: Whisker; readonly valueMs: number}
}

/** @param money of a GPU-hour */
export function headlineFigures(run: ChartedRun, money: Money): Figure[] {
  const {report, scaling} = run.outcome.result
  const extras = report.planner_replay
  const {spread} = extras
  const objective = objectiveOf(run.scenario)
  return [
    extras.calibrated === undefined
      ? {...latencyFigure(report, 'TTFT', 'ttft_ms'), ...measuredOf(run, 'ttft', report.mean_ttft_ms)}
      : calibratedTtft(report, extras.calibrated),
    extras.calibrated === undefined
      ? {...latencyFigure(report, 'ITL', 'itl_ms'), ...measuredOf(run, 'itl', report.mean_itl_ms)}
      : calibratedItl(run),
    {
      label: 'Within the objective',
      metric: 'sla_attainment',
      value: formatValue(extras.sla_attainment, 'share'),
      isMet:
        objective === null || extras.sla_attainment === null
          ? null
          : extras.sla_attainment >= objective.share,
      verdict: spreadWords(spread, 'sla_attainment', TELL.share) ?? 'of the requests of this run',
      spreads: true,
      details: [
        ['goodput', extras.goodput_rps === null ? NONE : `${formatFixed(extras.goodput_rps, 2)}/s`],
        ['throughput', `${formatFixed(report.request_throughput_rps, 2)}/s`],
        ['output', `${formatCompact(report.output_throughput_tok_s)} tok/s`],
        ['tokens in', formatCompact(report.total_input_tokens)],
        ['tokens out', formatCompact(report.total_output_tokens)],
        ...(extras.calibrated === undefined
          ? []
          : [['calibrated', formatValue(extras.calibrated.sla_attainment, 'share')] as const]),
      ],
    },
    {
      label: 'GPU-hours',
      metric: 'gpu_hours',
      value: formatDigits(extras.gpu_hours),
      isMet: null,
      verdict:
        spreadWords(spread, 'gpu_hours', TELL.hours) ??
        (scaling === null ? 'fixed fleet' : "the planner's own count"),
      spreads: true,
      details: [['billed', formatDigits(extras.billed_gpu_hours)], ...costDetails(report, money)],
    },
    scalingFigure(run),
    {
      label: 'Requests',
      metric: 'completed_requests',
      value: formatCount(report.completed_requests),
      isMet: report.completed_requests === report.num_requests ? null : false,
      verdict:
        report.completed_requests === report.num_requests
          ? 'all completed'
          : `of ${formatCount(report.num_requests)} completed`,
      spreads: false,
      details: [
        ['cache reuse', formatValue(report.prefix_cache_reused_ratio, 'share')],
        ['e2e p90', formatMs((extras.calibrated ?? report).p90_e2e_latency_ms)],
        ['e2e mean', formatMs((extras.calibrated ?? report).mean_e2e_latency_ms)],
        ...(extras.calibrated === undefined
          ? []
          : [['engine alone', formatMs(report.mean_e2e_latency_ms)] as const]),
      ],
      ...(extras.calibrated === undefined ? measuredOf(run, 'e2e', report.mean_e2e_latency_ms) : {}),
    },
  ]
}

/** Of the tokens that were put out; a longer name and its amount do not fit on one line of the card. */
const PER_MILLION = 'per 1M out'

/** Details that are amounts of money. */
export const MONEY: ReadonlySet<string> = new Set(['cost', PER_MILLION])

/** Of the billed hours: starting and draining instances are paid for too. Has its place before there is a price. */
function costDetails(report: Report, {price, currency}: Money): [string, string][] {
  if (price === null)
    return [
      ['cost', NONE],
      [PER_MILLION, NONE],
    ]
  const cost = report.planner_replay.billed_gpu_hours * price
  const tokens = report.total_output_tokens
  return [
    ['cost', formatMoney(cost, currency)],
    [PER_MILLION, tokens === 0 ? NONE : formatMoney((cost / tokens) * 1e6, currency)],
  ]
}

function measuredOf(
  run: ChartedRun,
  latency: 'ttft' | 'itl' | 'e2e',
  valueMs: number,
): Pick<Figure, 'measured'> {
  const whisker = measuredWhisker(run, latency, valueMs)
  return whisker === null ? {} : {measured: {whisker, valueMs}}
}

/** A mean is not judged: an objective is about single requests. */
function latencyFigure(report: Report, label: string, key: 'ttft_ms' | 'itl_ms'): Figure {
  const spread = spreadWords(report.planner_replay.spread, `mean_${key}`, TELL.ms)
  return {
    label: `${label}, mean`,
    metric: `mean_${key}`,
    value: formatMs(report[`mean_${key}`]),
    isMet: null,
    verdict: spread ?? 'of this run',
    spreads: true,
    details: [
      ['p50', formatMs(report[`median_${key}`])],
      ['p90', formatMs(report[`p90_${key}`])],
      ['p99', formatMs(report[`p99_${key}`])],
    ],
  }
}

/** With the time outside the engine that the user's own measurement found; its own range takes the place of public ones. */
function calibratedTtft(report: Report, figures: CalibratedFigures): Figure {
  const {spread} = report.planner_replay
  const shifted: Tell = (value, largest) =>
    TELL.ms(value + figures.overhead_ms, largest + figures.overhead_ms)
  return {
    label: 'TTFT, mean, calibrated',
    metric: 'mean_ttft_ms',
    value: formatMs(figures.mean_ttft_ms),
    isMet: null,
    verdict:
      spreadWords(spread, 'mean_ttft_ms', shifted) ??
      `${formatMs(figures.overhead_ms)} of it outside the engine`,
    spreads: true,
    details: [
      ['p50', formatMs(figures.median_ttft_ms)],
      ['p90', formatMs(figures.p90_ttft_ms)],
      ['p99', formatMs(figures.p99_ttft_ms)],
      ['engine alone', formatMs(report.mean_ttft_ms)],
    ],
  }
}

/** Gaps between tokens have no overhead: what a calibration changed of them are the engines' speeds, which stand beside. */
function calibratedItl({scenario, outcome}: ChartedRun): Figure {
  const {fleet} = scenario
  const {args} = fleet.topology === 'agg' ? fleet.workers : fleet.decode
  const figure = latencyFigure(outcome.result.report, 'ITL', 'itl_ms')
  const speed = formatFixed((args.speedup_ratio || 1) * (args.decode_speedup_ratio || 1), 2)
  return {
    ...figure,
    label: 'ITL, mean, calibrated',
    details: [...figure.details, ['engine speed', `× ${speed}`]],
  }
}

function spreadWords(spread: ReportSpread | undefined, figure: string, tell: Tell): string | null {
  const band = bandOf(spread, figure)
  return band === null || spread === undefined ? null : tellBand(band, spread.runs, tell)
}

function scalingFigure(run: ChartedRun): Figure {
  const events = run.outcome.result.scaling?.scalingEvents ?? []
  const ups = events.filter(event => event.to_count > event.from_count).length
  const peak = Math.max(0, ...events.map(event => event.to_count))
  const {fleet} = run.scenario
  const initial =
    fleet.topology === 'agg'
      ? fleet.workers.initialWorkers
      : fleet.prefill.initialWorkers + fleet.decode.initialWorkers
  return {
    label: 'Scaling events',
    metric: 'scale_ups',
    value: formatCount(events.length),
    isMet: null,
    verdict: run.outcome.result.scaling === null ? 'no planner' : `${ups} up, ${events.length - ups} down`,
    spreads: false,
    details: [
      ['started with', formatCount(initial)],
      ['most asked for', formatCount(Math.max(peak, initial))],
    ],
  }
}
