import {describe, expect, it} from 'vitest'
import {generateDay} from './day-generator.ts'
import {GENERATED_RECIPES} from './trace-recipes.ts'

const DAY = {...GENERATED_RECIPES['day-morning-ramp'].spec, requestCount: 20_000}

interface Row {
  readonly timestamp: number
  readonly input_length: number
  readonly hash_ids: readonly number[]
}

function rowsOf(text: string): Row[] {
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Row)
}

const rows = rowsOf(generateDay(DAY))

function countIn(fromHour: number, toHour: number): number {
  return (
    rows.filter(({timestamp}) => timestamp >= fromHour * 3.6e6 && timestamp < toHour * 3.6e6).length /
    (toHour - fromHour)
  )
}

describe('a generated day', () => {
  it('has as many requests as it should, in order of time, over a day', () => {
    expect(rows).toHaveLength(20_000)
    expect(rows[0]?.timestamp).toBe(0)
    expect(rows.every((row, i) => row.timestamp >= (rows[i - 1]?.timestamp ?? 0))).toBe(true)
    expect(rows.at(-1)?.timestamp).toBeGreaterThan(23.9 * 3.6e6)
  })

  it('has a night floor, a morning ramp, a dip at lunch and a slower evening', () => {
    const [night, ramp, morning, lunch, evening] = [
      countIn(3, 5),
      countIn(7, 8),
      countIn(10, 11.5),
      countIn(12, 12.75),
      countIn(20, 22),
    ]
    expect(night / morning).toBeLessThan(0.25)
    expect(ramp / morning).toBeLessThan(0.6)
    expect(ramp / night).toBeGreaterThan(1.5)
    expect(lunch / morning).toBeLessThan(0.95)
    expect(evening / morning).toBeLessThan(0.7)
  })

  it('has bursts: without them no minute is as busy', () => {
    const busiest = (of: readonly Row[]): number => {
      const minutes = new Map<number, number>()
      for (const {timestamp} of of) {
        const minute = Math.floor(timestamp / 60_000)
        minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
      }
      return Math.max(...minutes.values())
    }
    const calm = rowsOf(generateDay({...DAY, burstsPerDay: 0}))
    expect(busiest(rows)).toBeGreaterThan(1.3 * busiest(calm))
  })

  it('has the prompts of the tool-agent hour', () => {
    const mean = rows.reduce((sum, row) => sum + row.input_length, 0) / rows.length
    expect(Math.abs(mean - 8596)).toBeLessThan(600)
    for (const row of rows) expect(row.hash_ids.length).toBe(Math.ceil(row.input_length / 512))
  })

  it('gives the same bytes for the same seed only', () => {
    const small = {...DAY, requestCount: 300}
    expect(generateDay(small)).toBe(generateDay({...small}))
    expect(generateDay({...small, seed: 9})).not.toBe(generateDay(small))
  })

  it('makes weekends quieter in a week', () => {
    const week = rowsOf(generateDay({...GENERATED_RECIPES['week-compressed'].spec, requestCount: 7000}))
    const byDay = new Array<number>(7).fill(0)
    for (const {timestamp} of week) {
      const day = Math.min(6, Math.floor(timestamp / 7_200_000))
      byDay[day] = (byDay[day] ?? 0) + 1
    }
    const [working, weekend] = [byDay.slice(0, 5), byDay.slice(5)]
    expect(Math.max(...weekend)).toBeLessThan(0.7 * Math.min(...working))
  })
})
