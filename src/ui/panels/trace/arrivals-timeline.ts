import type {TraceInfo} from '../../../worker/protocol.ts'
import type {Timeline} from '../../kit/charts/base/timeline.ts'
import {formatSpan} from '../../kit/format.ts'

/** The load a trace brings, before any fleet has met it. */
export function arrivalsTimeline(info: TraceInfo, what: 'requests' | 'tokens' = 'requests'): Timeline {
  const {binMs, requests, inputTokens} = info.arrivals
  const perSecond = (values: Float64Array) => values.map(value => (value * 1000) / binMs)
  const isRequests = what === 'requests'
  return {
    id: `trace-${what}`,
    title: isRequests ? 'Arriving requests' : 'Arriving prompt tokens',
    note: `First turns of sessions in bins of ${formatSpan(binMs / 1000)}, after the arrival speed-up.`,
    unit: 'per_s',
    scale: 'linear',
    thresholds: [],
    series: [
      {
        key: what,
        label: `${isRequests ? 'requests' : 'prompt tokens'} per second`,
        x: Float64Array.from(requests, (_, bin) => (bin * binMs) / 1000),
        y: perSecond(isRequests ? requests : inputTokens),
        shape: 'step',
        slot: isRequests ? 0 : 2,
        fillsArea: true,
      },
    ],
  }
}
