import {objectiveOf} from '../../../config/objective.ts'
import type {LogHistogram} from '../../../report/log-histogram.ts'
import type {Distribution, Report} from '../../../report/report.ts'
import type {Mark} from '../../kit/charts/distribution.ts'
import type {ChartedRun} from '../../model/run/charted-run.ts'

/** One latency and how it spread over the run. */
export interface RunDistribution {
  readonly id: string
  readonly title: string
  /** Along the bottom. */
  readonly quantity: string
  readonly note: string
  /** What is counted, in the plural. */
  readonly noun: string
  readonly histogram: LogHistogram
  readonly target: number | null
  readonly percentiles: readonly Mark[]
}

export function runDistributions({scenario, outcome}: ChartedRun): RunDistribution[] {
  const {ttft, itl, tpot, e2e} = outcome.pictures.distributions
  const {report} = outcome.result
  const objective = objectiveOf(scenario)
  return [
    {
      id: 'distribution-ttft',
      title: 'TTFT distribution',
      quantity: 'TTFT',
      note: 'Arrival to first token, per request.',
      noun: 'requests',
      histogram: ttft,
      target: objective?.ttftMs ?? null,
      percentiles: percentilesOf(report, 'ttft_ms'),
    },
    {
      id: 'distribution-itl',
      title: 'ITL distribution',
      quantity: 'ITL',
      note: 'Gaps between consecutive tokens, over all tokens.',
      noun: 'gaps',
      histogram: itl,
      target: objective?.itlMs ?? null,
      percentiles: percentilesOf(report, 'itl_ms'),
    },
    {
      id: 'distribution-tpot',
      title: 'Mean ITL distribution',
      quantity: 'Mean ITL of a request',
      note: 'Mean gap between the tokens of a request; SLA attainment counts it.',
      noun: 'requests',
      histogram: tpot,
      target: objective?.itlMs ?? null,
      percentiles: percentilesOf(report, 'tpot_ms'),
    },
    {
      id: 'distribution-e2e',
      title: 'End-to-end distribution',
      quantity: 'End-to-end latency',
      note: 'Arrival to last token, per request.',
      noun: 'requests',
      histogram: e2e,
      target: null,
      percentiles: percentilesOf(report, 'e2e_latency_ms'),
    },
  ]
}

function percentilesOf(report: Report, key: Distribution): Mark[] {
  return [
    {label: 'p50', value: report[`median_${key}`]},
    {label: 'p90', value: report[`p90_${key}`]},
    {label: 'p99', value: report[`p99_${key}`]},
  ]
}
