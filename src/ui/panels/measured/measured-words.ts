import type {MeasuredComparison, MetricComparison} from '../../../measured/compare-measured.ts'
import {METRIC_NAMES, signed} from '../../../measured/words.ts'
import type {Timeline} from '../../kit/charts/base/timeline.ts'
import {formatCount, formatMs, formatValue} from '../../kit/format.ts'

/** A line of the table: one figure of one latency. */
export interface FigureRow {
  readonly key: string
  readonly label: string
  readonly measured: string
  readonly simulated: string
  readonly error: string
}

const SHOWN = [50, 90, 99]

export function figureRows({metric, mean, quantiles}: MetricComparison): readonly FigureRow[] {
  const figures = [
    ...(mean === null ? [] : [{label: 'mean', ...mean}]),
    ...quantiles.filter(({at}) => SHOWN.includes(at)).map(one => ({label: `p${one.at}`, ...one})),
  ]
  return figures.map(({label, measuredMs, simulatedMs}) => ({
    key: `${metric} ${label}`,
    label,
    measured: formatMs(measuredMs),
    simulated: formatMs(simulatedMs),
    error: signedShare(simulatedMs / measuredMs - 1),
  }))
}

/** What kind of error it is, and how well single requests are met. */
export function errorSentence({metric, pairs, error}: MetricComparison): string {
  const paired =
    pairs === null
      ? ''
      : ` Of ${formatCount(pairs.count)} requests half are within ${formatValue(pairs.medianAbsolute, 'share')}, nine tenths within ${formatValue(pairs.p90Absolute, 'share')}.`
  return `${METRIC_NAMES[metric]}: ${error.text}.${paired}`
}

/** `+1.5 %`, `−3.1 %`; what rounds to nothing is `0.0 %`. */
export function signedShare(share: number): string {
  return signed(share, formatValue(Math.abs(share), 'share'))
}

/** Medians over time, measured and simulated in one chart per latency. */
export function overTimeCharts({overTime}: MeasuredComparison): readonly Timeline[] {
  if (overTime === null) return []
  const {atS, metrics} = overTime
  return (['ttft', 'itl', 'e2e'] as const)
    .filter(metric => metrics[metric].measuredMs.some(ms => !Number.isNaN(ms)))
    .map(metric => ({
      id: `measured-time-${metric}`,
      title: `${METRIC_NAMES[metric]} by arrival, median`,
      note: 'Median over the paired requests that arrived in each window.',
      unit: 'ms',
      scale: metric === 'itl' ? 'linear' : 'log',
      thresholds: [],
      series: [
        {
          key: 'measured',
          label: 'measured',
          x: atS,
          y: metrics[metric].measuredMs,
          shape: 'line',
          slot: 1,
          markers: true,
        },
        {
          key: 'simulated',
          label: 'simulated',
          x: atS,
          y: metrics[metric].simulatedMs,
          shape: 'line',
          slot: 0,
        },
      ],
    }))
}
