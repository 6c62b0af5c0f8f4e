import {objectiveOf} from '../../../config/objective.ts'
import type {Report} from '../../../report/report.ts'
import {formatCompact, formatCount, formatFixed, formatMs, formatValue, NONE} from '../../kit/format.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'

/** One headline figure: a big number, how it stands against its target, and the numbers around it. */
export interface Figure {
  readonly label: string
  readonly value: string
  /** null = there is no target to meet. */
  readonly isMet: boolean | null
  readonly verdict: string
  readonly details: readonly (readonly [string, string])[]
}

/** @param price money per GPU-hour */
export function headlineFigures(run: ChartedRun, price: number | null): Figure[] {
  const {report, planner} = run.outcome.result
  const extras = report.planner_replay
  const objective = objectiveOf(run.scenario)
  return [
    latencyFigure(report, 'TTFT', 'ttft_ms', objective?.ttftMs ?? null),
    latencyFigure(report, 'ITL', 'itl_ms', objective?.itlMs ?? null),
    {
      label: 'Within both targets',
      value: formatValue(extras.sla_attainment, 'share'),
      isMet: null,
      verdict:
        objective === null
          ? 'no targets in a plain run'
          : `TTFT ≤ ${formatMs(objective.ttftMs)}, ITL ≤ ${formatMs(objective.itlMs)}`,
      details: [
        ['goodput', extras.goodput_rps === null ? NONE : `${formatFixed(extras.goodput_rps, 2)} req/s`],
        ['throughput', `${formatFixed(report.request_throughput_rps, 2)} req/s`],
        ['output', `${formatCompact(report.output_throughput_tok_s)} tok/s`],
      ],
    },
    {
      label: 'GPU-hours',
      value: formatFixed(extras.gpu_hours, 2),
      isMet: null,
      verdict: planner === null ? 'fixed fleet' : "the planner's own count",
      details: [['billed', formatFixed(extras.billed_gpu_hours, 2)], ...costDetails(report, price)],
    },
    scalingFigure(run),
    {
      label: 'Requests',
      value: formatCount(report.completed_requests),
      isMet: report.completed_requests === report.num_requests ? null : false,
      verdict:
        report.completed_requests === report.num_requests
          ? 'all completed'
          : `of ${formatCount(report.num_requests)} completed`,
      details: [
        ['input', `${formatCompact(report.total_input_tokens)} tok`],
        ['output', `${formatCompact(report.total_output_tokens)} tok`],
        ['cache reuse', formatValue(report.prefix_cache_reused_ratio, 'share')],
        ['e2e p90', formatMs(report.p90_e2e_latency_ms)],
      ],
    },
  ]
}

/** Of the billed hours: starting and draining instances are paid for too. */
function costDetails(report: Report, price: number | null): [string, string][] {
  if (price === null) return []
  const cost = report.planner_replay.billed_gpu_hours * price
  const tokens = report.total_output_tokens
  return [
    ['cost', formatFixed(cost, 2)],
    ['per 1M output tok', tokens === 0 ? NONE : formatFixed((cost / tokens) * 1e6, 2)],
  ]
}

function latencyFigure(
  report: Report,
  label: string,
  key: 'ttft_ms' | 'itl_ms',
  target: number | null,
): Figure {
  const mean = report[`mean_${key}`]
  return {
    label: `${label}, mean`,
    value: formatMs(mean),
    isMet: target === null ? null : mean <= target,
    verdict: target === null ? 'no target' : `${mean <= target ? 'within' : 'over'} SLA ${formatMs(target)}`,
    details: [
      ['p50', formatMs(report[`median_${key}`])],
      ['p90', formatMs(report[`p90_${key}`])],
      ['p99', formatMs(report[`p99_${key}`])],
    ],
  }
}

function scalingFigure(run: ChartedRun): Figure {
  const events = run.outcome.result.planner?.scalingEvents ?? []
  const ups = events.filter(event => event.to_count > event.from_count).length
  const peak = Math.max(0, ...events.map(event => event.to_count))
  const {fleet} = run.scenario
  const initial =
    fleet.topology === 'agg'
      ? fleet.workers.initialWorkers
      : fleet.prefill.initialWorkers + fleet.decode.initialWorkers
  return {
    label: 'Scaling events',
    value: formatCount(events.length),
    isMet: null,
    verdict: run.outcome.result.planner === null ? 'no planner' : `${ups} up, ${events.length - ups} down`,
    details: [
      ['started with', formatCount(initial)],
      ['most asked for', formatCount(Math.max(peak, initial))],
    ],
  }
}
