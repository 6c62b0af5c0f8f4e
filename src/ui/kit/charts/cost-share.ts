import {formatMoney} from '../format.ts'
import {roundPx} from './base/geometry.ts'

/** Drawn by its shape first and its colour second, so that neither print nor colour blindness loses it. */
export type CostMark = 'disc' | 'ring' | 'faint' | 'diamond' | 'star' | 'cross' | 'plus'

/** Something that was run, by what it cost and how much of its traffic was in time. */
export interface CostPoint {
  readonly id: string
  /** Beside its mark where there is room; '' = none. */
  readonly name: string
  /** Read out when it is pointed at. */
  readonly words: string
  /** The same in brief. */
  readonly brief: string
  readonly cost: number
  /** Of the requests, 0 to 1. */
  readonly share: number
  readonly costs: CostRange
  /** GPU-hours that are paid for, where the cost counts others. */
  readonly paid?: CostRange & {readonly median: number}
  readonly shares: CostRange
  readonly mark: CostMark
  readonly slot: 0 | 1 | 2
  /** Part of the staircase of what no other beats. */
  readonly isOnFront: boolean
}

/** Over repeats; equal without any. */
export interface CostRange {
  readonly min: number
  readonly max: number
}

/** About the origin. */
export const MARK_PATHS: Readonly<Record<CostMark, string>> = {
  disc: 'M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1-4.5 0Z',
  ring: 'M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1-4.5 0Z',
  faint: 'M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1-4.5 0Z',
  diamond: 'M0-7 7 0 0 7-7 0Z',
  star: 'M0-8 2-2.4 8 0 2 2.4 0 8-2 2.4-8 0-2-2.4Z',
  cross: 'M-5-5 5 5M-5 5 5-5',
  plus: 'M-6 0H6M0-6V6',
}

export interface Pricing {
  /** Money per GPU-hour of a point; null = nobody said. */
  readonly priceOf: (id: string) => number | null
  /** '' = none is named. */
  readonly currency: string
}

/** The points by money where all of them have a price, else by GPU-hours as they come; with the words for the axis. */
export function inMoney(
  points: readonly CostPoint[],
  {priceOf, currency}: Pricing,
): {readonly points: readonly CostPoint[]; readonly axis: string; readonly title: string} {
  const priced = points.flatMap(point => {
    const price = priceOf(point.id)
    if (price === null) return []
    const {median, min, max} = point.paid ?? {median: point.cost, ...point.costs}
    const words = formatMoney(median * price, currency)
    return [
      {
        ...point,
        cost: median * price,
        costs: {min: min * price, max: max * price},
        words: `${point.words}, ${words}`,
        brief: `${point.brief}, ${words}`,
      },
    ]
  })
  if (points.length === 0 || priced.length < points.length)
    return {points, axis: 'GPU-hours', title: 'GPU-hours'}
  return {
    points: priced.sort((a, b) => a.cost - b.cost || a.share - b.share),
    axis: currency === '' ? 'Cost' : `Cost (${currency})`,
    title: 'cost',
  }
}

type Scale = (value: number) => number

/** What can be had for a given cost: a staircase through the best, which are in rising order of cost. */
export function stairsPath(points: readonly CostPoint[], x: Scale, y: Scale): string {
  return points
    .filter(({isOnFront}) => isOnFront)
    .map(({cost, share}, i) =>
      i === 0 ? `M${roundPx(x(cost))} ${roundPx(y(share))}` : `H${roundPx(x(cost))}V${roundPx(y(share))}`,
    )
    .join('')
}

/** A cross from lowest to highest; nothing without repeats. */
export function rangePath({cost, share, costs, shares}: CostPoint, x: Scale, y: Scale): string {
  const across = `M${roundPx(x(costs.min))} ${roundPx(y(share))}H${roundPx(x(costs.max))}`
  const down = `M${roundPx(x(cost))} ${roundPx(y(shares.min))}V${roundPx(y(shares.max))}`
  return (costs.min < costs.max ? across : '') + (shares.min < shares.max ? down : '')
}

/** Where the axis of shares begins: the tenth below the worst, since what counts happens near 100 %. */
export function lowestShare(points: readonly CostPoint[], goal: number | null): number {
  const least = points.reduce((share, {shares}) => Math.min(share, shares.min), goal ?? 1)
  return Math.max(Math.floor(least * 10 - 0.5) / 10, 0)
}

export function highestCost(points: readonly CostPoint[]): number {
  return points.reduce((most, {costs}) => Math.max(most, costs.max), 0) || 1
}

/** Names in the order in which they deserve room: what stands out, then the frontier, then the rest. */
export function byRank(points: readonly CostPoint[]): readonly CostPoint[] {
  const rank = ({mark, isOnFront}: CostPoint) => (mark !== 'disc' && mark !== 'ring' ? 0 : isOnFront ? 1 : 2)
  return [...points].sort((a, b) => rank(a) - rank(b))
}
