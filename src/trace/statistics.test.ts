import {describe, expect, it} from 'vitest'
import {RandomStream} from '../core/random.ts'
import {parseMooncake} from './formats/mooncake.ts'
import {computeTraceStatistics, type TraceStatistics} from './statistics.ts'

function statisticsOf(lines: readonly object[]): TraceStatistics {
  const text = lines.map(line => JSON.stringify({output_length: 4, hash_ids: [1], ...line})).join('\n')
  const result = parseMooncake(text, {fileName: 'f', traceBlockSize: 512, arrivalSpeedupRatio: 1})
  if (!result.ok) throw new Error(result.error.message)
  return computeTraceStatistics(result.value)
}

describe('computeTraceStatistics', () => {
  it('counts requests, sessions, time and rate', () => {
    const statistics = statisticsOf([
      {timestamp: 1000, session_id: 'a'},
      {timestamp: 9000},
      {timestamp: 99_000, session_id: 'a'},
    ])
    expect(statistics).toMatchObject({requests: 3, sessions: 2, durationMs: 8000, sessionsPerSecond: 0.25})
    expect(statisticsOf([{timestamp: 5}]).sessionsPerSecond).toBe(null)
  })

  it('gives nearest-rank quantiles', () => {
    const hash_ids = Array.from({length: 10}, (_, i) => i)
    const lines = Array.from({length: 100}, (_, i) => ({timestamp: 0, input_length: 100 - i, hash_ids}))
    expect(statisticsOf(lines).inputTokens).toEqual({
      mean: 50.5,
      min: 1,
      p5: 5,
      p25: 25,
      p50: 50,
      p75: 75,
      p90: 90,
      p95: 95,
      p99: 99,
      max: 100,
    })
  })

  it('counts a block as reused when the whole prefix up to it was seen', () => {
    const lines = [
      {timestamp: 0, hash_ids: [1, 2, 3]},
      {timestamp: 1, hash_ids: [1, 2, 4]},
      {timestamp: 2, hash_ids: [9, 2, 3]},
      {timestamp: 3, input_length: 100, hash_ids: [9]},
    ]
    expect(statisticsOf(lines).idealReuse).toBeCloseTo(3 / 10, 12)
  })

  it('measures burstiness: 0 for a clock, 1 for Poisson, more for batches', () => {
    const clock = Array.from({length: 1000}, (_, i) => ({timestamp: i * 100}))
    expect(statisticsOf(clock).dispersion.s1).toBe(0)
    const random = new RandomStream(1, 'test')
    const poisson = Array.from({length: 20_000}, () => ({timestamp: random.next() * 4e6}))
    expect(statisticsOf(poisson).dispersion.s1).toBeGreaterThan(0.9)
    expect(statisticsOf(poisson).dispersion.s1).toBeLessThan(1.1)
    const batches = Array.from({length: 1000}, (_, i) => ({timestamp: Math.floor(i / 20) * 10_000}))
    expect(statisticsOf(batches).dispersion.s1).toBeGreaterThan(15)
    expect(statisticsOf(clock.slice(0, 15)).dispersion.s60).toBe(null)
  })

  it('finds the grid of rounded timestamps, and none where there is none', () => {
    const random = new RandomStream(2, 'test')
    const rounded = Array.from({length: 3000}, () => ({
      timestamp: Math.round(random.next() * 300) * 3000 + random.nextInt(3),
    }))
    expect(Math.abs((statisticsOf(rounded).timestampQuantumMs ?? 0) - 3000)).toBeLessThanOrEqual(2)
    const exact = Array.from({length: 3000}, () => ({timestamp: random.next() * 900_000}))
    expect(statisticsOf(exact).timestampQuantumMs).toBe(null)
    expect(statisticsOf([{timestamp: 0}]).timestampQuantumMs).toBe(null)
  })
})
