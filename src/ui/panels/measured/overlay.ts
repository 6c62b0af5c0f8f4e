import type {MetricComparison} from '../../../measured/compare-measured.ts'
import type {Axis} from '../../kit/charts/base/axis.ts'
import {plotRange, roundPx, TITLED_MARGIN, wantedTicks} from '../../kit/charts/base/geometry.ts'
import {logScale, type ValueScale} from '../../kit/charts/base/value-scale.ts'

/** Percentiles along the bottom, latency upwards on a log axis. */
export interface OverlayShape {
  readonly x: (percent: number) => number
  readonly y: ValueScale
  readonly axis: Axis
  readonly measured: string
  readonly simulated: string
}

const NAMED = [5, 25, 50, 75, 90, 99]

export function overlayShape({quantiles}: MetricComparison, width: number, height: number): OverlayShape {
  const [left, right] = plotRange(width)
  const x = (percent: number) => left + (percent / 100) * (right - left)
  const values = quantiles
    .flatMap(({measuredMs, simulatedMs}) => [measuredMs, simulatedMs])
    .filter(ms => ms > 0)
  const low = Math.min(...values)
  const high = Math.max(...values, low * 2)
  const y = logScale([low / 1.2, high * 1.2], {
    range: [height - TITLED_MARGIN.bottom, TITLED_MARGIN.top],
    wanted: wantedTicks(height),
    unit: 'ms',
  })
  const path = (pick: 'measuredMs' | 'simulatedMs') =>
    quantiles
      .filter(one => one[pick] > 0)
      .map((one, i) => `${i === 0 ? 'M' : 'L'}${roundPx(x(one.at))} ${roundPx(y(one[pick]))}`)
      .join('')
  return {
    x,
    y,
    axis: {
      ticks: NAMED.map(at => ({px: x(at), label: `p${at}`})),
      title: 'share of requests below',
      hasGrid: false,
    },
    measured: path('measuredMs'),
    simulated: path('simulatedMs'),
  }
}
