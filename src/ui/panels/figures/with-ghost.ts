import type {Timeline, TimeSeries} from '../../kit/charts/base/timeline.ts'
import type {Decisions} from '../../kit/charts/decisions.ts'
import {hasValues} from '../../kit/charts/describe-timeline.ts'

/**
 * A timeline with that of a baseline behind it: the first of its series that came out otherwise. More than one ghost
 * could not be told apart, and the arrivals of one trace are the same in every run of it.
 */
export function withGhost(timeline: Timeline, baseline: Timeline | undefined): Timeline {
  for (const own of timeline.series) {
    const theirs = baseline?.series.find(({key}) => key === own.key)
    if (theirs !== undefined && hasValues(theirs) && !isSame(own, theirs))
      return {...timeline, series: [...timeline.series, ghostOf(theirs, timeline)]}
  }
  return timeline
}

/** A track of decisions with those of a baseline below its own, reason by reason; the baseline's own reasons come last. */
export function decisionsWithGhost(track: Decisions, baseline: Decisions | undefined): Decisions {
  if (baseline === undefined) return track
  const theirs = new Map(baseline.lanes.map(lane => [lane.reason, lane]))
  const own = new Set(track.lanes.map(({reason}) => reason))
  const none = new Float64Array()
  return {
    ...track,
    summary: `${track.summary}; baseline: ${baseline.summary}`,
    lanes: [
      ...track.lanes.map(lane => ({...lane, ghostX: theirs.get(lane.reason)?.x ?? none})),
      ...baseline.lanes
        .filter(({reason}) => !own.has(reason))
        .map(lane => ({...lane, x: none, ghostX: lane.x})),
    ],
  }
}

function ghostOf({x, y, shape, slot, label, bridgesGaps = false}: TimeSeries, {scale}: Timeline): TimeSeries {
  return {
    key: 'baseline',
    label: `baseline, ${label}`,
    ...{x, y, shape, slot, bridgesGaps},
    isGhost: true,
    // On a straight axis a baseline that collapsed would press everything else flat.
    mayOverflow: scale === 'linear',
  }
}

/** Intervals are the same in both runs as far as the shorter one goes. */
function isSame(own: TimeSeries, other: TimeSeries): boolean {
  const length =
    own.shape === 'step' ? Math.max(own.x.length, other.x.length) : Math.min(own.x.length, other.x.length)
  const isEqualAt = (i: number) => Object.is(own.x[i], other.x[i]) && Object.is(own.y[i], other.y[i])
  return Array.from({length}, (_, i) => i).every(isEqualAt)
}
