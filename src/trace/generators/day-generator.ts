import {RandomStream} from '../../core/random.ts'
import {type QuantileTable, quantileAt, sampleBell, sampleSlotCounts} from './sampling.ts'
import {formatLine, RequestSource} from './toolagent-generator.ts'

/**
 * A seeded day, or several: a night floor, a morning ramp, a dip at lunch, a slower evening, bursts and drift around it. Only the
 * shape of the rate is a day's as such services publish theirs; the requests are those of the tool-agent hour, in lengths
 * and in shared prefixes. No row of any trace is in it.
 */
export interface DaySpec {
  readonly seed: number
  readonly requestCount: number
  /** The first is a Monday; every sixth and seventh is a weekend's. */
  readonly days: number
  /** Seconds that one day takes: 86,400, or fewer where it is compressed. Bursts are compressed with it. */
  readonly dayS: number
  /** Rate at the deepest of the night, as a share of the highest of the day. */
  readonly nightFloor: number
  /** Share by which the rate falls at noon. */
  readonly lunchDip: number
  /** Rate of the evening as a share of the highest. */
  readonly eveningShare: number
  /** Rate of a weekend's day as a share of a working day's. */
  readonly weekendShare: number
  readonly burstsPerDay: number
  /** Rate in a burst's middle, as a multiple of the rate around it. */
  readonly burstFactor: number
  /** Deviation of the rate from its shape, from one quarter of an hour to the next. */
  readonly driftShare: number
  readonly chatShare: number
}

const SLOTS_PER_DAY = 8640
/** How long a burst lasts, in parts of a day: 3 to 12 minutes. */
const BURST_SHARE: QuantileTable = [
  [0, 3 / 1440],
  [0.7, 6 / 1440],
  [1, 12 / 1440],
]
const DRIFTS_PER_DAY = 96
/** A quarter of an hour keeps this much of the deviation of the one before. */
const DRIFT_MEMORY = 0.7

/** Mooncake JSONL; the same spec gives the same bytes on every machine. */
export function generateDay(spec: DaySpec): string {
  const counts = sampleSlotCounts(
    new RandomStream(spec.seed, 'arrivals'),
    spec.requestCount,
    computeRates(spec),
  )
  const moments = new RandomStream(spec.seed, 'moments')
  const requests = new RequestSource(spec.seed)
  const slotMs = (spec.dayS * 1000) / SLOTS_PER_DAY
  const lines: string[] = []
  let startMs: number | null = null
  for (const [slot, count] of counts.entries()) {
    const inSlot = Array.from({length: count}, () => moments.next()).sort((a, b) => a - b)
    for (const share of inSlot) {
      const atMs = Math.round((slot + share) * slotMs)
      startMs ??= atMs
      lines.push(formatLine(atMs - startMs, requests.next(atMs - startMs, spec.chatShare)))
    }
  }
  return `${lines.join('\n')}\n`
}

/** Relative rate of each slot of all days. */
function computeRates(spec: DaySpec): number[] {
  const shape = shapeOf(spec)
  const slots = spec.days * SLOTS_PER_DAY
  const drift = computeDrift(spec)
  const rates = Array.from({length: slots}, (_, slot) => {
    const isWeekend = Math.floor(slot / SLOTS_PER_DAY) % 7 >= 5
    const quarter = (slot * DRIFTS_PER_DAY) / SLOTS_PER_DAY
    const base = quantileAt(shape, (slot % SLOTS_PER_DAY) / SLOTS_PER_DAY)
    return base * (isWeekend ? spec.weekendShare : 1) * between(drift, quarter)
  })
  applyBursts(rates, spec)
  return rates
}

/** The rate by time of day, straight between the hours. */
function shapeOf({nightFloor, lunchDip, eveningShare}: DaySpec): QuantileTable {
  const ramp = (share: number): number => nightFloor + (1 - nightFloor) * share
  const hours: readonly (readonly [hour: number, rate: number])[] = [
    [0, Math.max(nightFloor, 0.5 * eveningShare)],
    [2, ramp(0.04)],
    [4, nightFloor],
    [6, ramp(0.08)],
    [7, ramp(0.22)],
    [8, ramp(0.5)],
    [9, ramp(0.82)],
    [10, 0.97],
    [11, 1],
    [12, 1 - lunchDip],
    [13, 1 - 0.6 * lunchDip],
    [14, 0.98],
    [16, 1],
    [17, 0.9],
    [18, (0.9 + eveningShare) / 2],
    [20, eveningShare],
    [22, 0.9 * eveningShare],
    [24, Math.max(nightFloor, 0.5 * eveningShare)],
  ]
  return hours.map(([hour, rate]) => [hour / 24, rate])
}

/** Multiples of the shape's rate, one a quarter of an hour; each remembers the one before. */
function computeDrift({seed, days, driftShare}: DaySpec): number[] {
  const random = new RandomStream(seed, 'drift')
  let deviation = 0
  return Array.from({length: days * DRIFTS_PER_DAY + 1}, () => {
    deviation = DRIFT_MEMORY * deviation + sampleBell(random, 0, driftShare)
    return Math.max(0.2, 1 + deviation)
  })
}

function between(values: readonly number[], at: number): number {
  const low = Math.floor(at)
  const [a, b] = [values[low] ?? 1, values[low + 1] ?? 1]
  return a + (b - a) * (at - low)
}

/** Each rises and falls straight to its middle, at a moment of its own. */
function applyBursts(rates: number[], {seed, days, burstsPerDay, burstFactor}: DaySpec): void {
  const random = new RandomStream(seed, 'bursts')
  for (let burst = 0; burst < days * burstsPerDay; burst++) {
    const middle = random.next() * rates.length
    const half = (quantileAt(BURST_SHARE, random.next()) * SLOTS_PER_DAY) / 2
    const from = Math.max(0, Math.ceil(middle - half))
    for (let slot = from; slot < Math.min(rates.length, middle + half); slot++) {
      const height = 1 - Math.abs(slot - middle) / half
      rates[slot] = (rates[slot] ?? 0) * (1 + (burstFactor - 1) * height)
    }
  }
}
