import {scaleLinear, scaleLog} from 'd3-scale'
import type {Unit} from '../../format.ts'
import {durationStep, durationTiers} from './duration-ticks.ts'

/** Where a value stands in a picture, and which values its axis names. */
export interface ValueScale {
  (value: number): number
  readonly ticks: readonly number[]
  /** A value stands at `from + per * of(value)`: for pictures of so many points that each has `of` worked out once. */
  readonly straightIn?: {
    readonly of: (value: number) => number
    readonly from: number
    readonly per: number
  }
}

export interface InvertibleScale extends ValueScale {
  invert(px: number): number
}

interface ScaleOptions {
  /** Pixels of the lowest and of the highest value. */
  readonly range: readonly [number, number]
  /** About so many ticks; a round step counts for more. */
  readonly wanted: number
  readonly unit: Unit
}

/** A straight scale that begins and ends on a round value. */
export function linearScale([low, high]: readonly [number, number], options: ScaleOptions): InvertibleScale {
  const {range, wanted, unit} = options
  if (unit === 'ms') {
    const step = durationStep((high - low) / wanted)
    const [first, last] = [Math.floor(low / step), Math.max(Math.ceil(high / step - 1e-9), 1)]
    const ticks = Array.from({length: last - first + 1}, (_, i) => (first + i) * step)
    return withTicks(scaleLinear([first * step, last * step], range), ticks)
  }
  const scale = scaleLinear([low, high], range).nice(wanted)
  return withTicks(
    scale,
    scale.ticks(wanted).filter(tick => unit !== 'count' || Number.isInteger(tick)),
  )
}

/** What is below the lowest value stands on it: a scale of ratios has no zero. */
export function logScale([low, high]: readonly [number, number], options: ScaleOptions): InvertibleScale {
  const {range, wanted, unit} = options
  return withTicks(scaleLog([low, high], range), logTicks(low, high, {wanted, unit}))
}

function withTicks(
  scale: {(value: number): number; invert(px: number): number},
  ticks: readonly number[],
): InvertibleScale {
  return Object.assign((value: number) => scale(value), {ticks, invert: (px: number) => scale.invert(px)})
}

/** Decades with 2 and 5 between them, thinned to the decades when there are many. */
export function logTicks(
  low: number,
  high: number,
  {wanted, unit}: {readonly wanted: number; readonly unit: Unit},
): number[] {
  const [decades = [], ...between] = logTickTiers(low, high, unit)
  if (Math.log10(high / low) * 3 > wanted * 1.7) return [...decades]
  return [decades, ...between].flat().sort((a, b) => a - b)
}

/** Ticks of a log axis from those that must stand to those that may: decades, then fives, then twos. */
export function logTickTiers(low: number, high: number, unit: Unit): number[][] {
  const within = (ticks: readonly number[]) => ticks.filter(tick => tick >= low && tick <= high)
  if (unit === 'ms') return durationTiers().map(within)
  const exponents = Array.from(
    {length: Math.max(Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) + 1, 0)},
    (_, i) => Math.floor(Math.log10(low)) + i,
  )
  return [1, 5, 2].map(factor => within(exponents.map(exponent => Number(`${factor}e${exponent}`))))
}
