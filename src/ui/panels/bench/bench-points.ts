import type {BenchLine, BenchResult} from '../../../bench/bench-result.ts'
import {computeFrontier} from '../../../sweep/frontier.ts'

/** A line of the bench as cost and share in time. */
export interface BenchPoint {
  readonly line: BenchLine
  readonly hours: number
  readonly share: number
  /** A fixed fleet that no other beats. */
  readonly isOnFrontier: boolean
}

/** In rising order of cost. */
export function benchPoints({lines}: BenchResult): readonly BenchPoint[] {
  const fixed = lines
    .filter(({kind}) => kind === 'fixed')
    .map(({id, gpuHours, share}) => ({id, gpuHours: gpuHours.median, attainment: share.median}))
  const best = new Set(computeFrontier(fixed).map(({id}) => id))
  return lines
    .map(line => ({
      line,
      hours: line.gpuHours.median,
      share: line.share.median,
      isOnFrontier: best.has(line.id),
    }))
    .sort((a, b) => a.hours - b.hours || a.share - b.share)
}
