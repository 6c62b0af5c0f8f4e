import {describe, expect, it} from 'vitest'
import {parseMooncake} from '../formats/mooncake.ts'
import {computeTraceStatistics} from '../statistics.ts'
import {generateToolagent, TOOLAGENT_BLOCK_SIZE} from './toolagent-generator.ts'
import {TRACE_RECIPES} from './trace-recipes.ts'

const TOOLAGENT_HOUR = TRACE_RECIPES['toolagent-hour'].spec

interface Row {
  readonly timestamp: number
  readonly input_length: number
  readonly output_length: number
  readonly hash_ids: readonly number[]
}

const text = generateToolagent(TOOLAGENT_HOUR)
const rows = text
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as Row)
const parsed = parseMooncake(text, {
  fileName: 'hour',
  traceBlockSize: TOOLAGENT_BLOCK_SIZE,
  arrivalSpeedupRatio: 1,
})
if (!parsed.ok) throw new Error(parsed.error.message)
const statistics = computeTraceStatistics(parsed.value)

const firstIds = {chat: 0, toolA: 1, toolB: 13}
const rowsOf = (kind: keyof typeof firstIds) => rows.filter(row => row.hash_ids[0] === firstIds[kind])

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

function expectWithin(value: number, target: number, share: number): void {
  expect(Math.abs(value - target), `${value} against ${target}`).toBeLessThanOrEqual(target * share)
}

function expectQuantiles(values: readonly number[], table: Record<string, number>, band: number): void {
  for (const [percent, target] of Object.entries(table))
    expectWithin(quantile(values, Number(percent) / 100), target, band)
}

describe('the hour as a whole', () => {
  it('generated with another seed is other traffic of the same kind', () => {
    const generated = parseMooncake(generateToolagent({...TOOLAGENT_HOUR, seed: 2}), {
      fileName: 'seed 2',
      traceBlockSize: TOOLAGENT_BLOCK_SIZE,
      arrivalSpeedupRatio: 1,
    })
    if (!generated.ok || !parsed.ok) throw new Error('a generated trace cannot be read')
    const [own, other] = [parsed.value, generated.value].map(computeTraceStatistics)
    if (own === undefined || other === undefined) throw new Error('there are two')
    expect(other.requests).toBe(own.requests)
    expect(other.inputTokens.mean).not.toBe(own.inputTokens.mean)
    expectWithin(other.inputTokens.mean, 8596, 0.05)
    expectWithin(other.outputTokens.mean, 182, 0.05)
    expectWithin(other.idealReuse ?? 0, own.idealReuse ?? 0, 0.05)
  })

  it('has the stated size, means and reuse', () => {
    expect(statistics.requests).toBe(23608)
    expectWithin(statistics.durationMs, 3_537_000, 0.0001)
    expectWithin(statistics.inputTokens.mean, 8596, 0.02)
    expectWithin(statistics.outputTokens.mean, 182, 0.02)
    expect(Math.abs((statistics.idealReuse ?? 0) - 0.59)).toBeLessThanOrEqual(0.02)
  })

  it('arrives in batches on a grid of 3 s, give or take 1 ms', () => {
    expect(statistics.timestampQuantumMs).toBe(3000)
    for (const {timestamp} of rows)
      expect(Math.abs(timestamp - 3000 * Math.round(timestamp / 3000))).toBeLessThanOrEqual(1)
    expect(rows[0]?.timestamp).toBe(0)
  })

  it('has Poisson batches around a rate that grows', () => {
    const counts = new Array<number>(1180).fill(0)
    for (const {timestamp} of rows) counts[Math.round(timestamp / 3000)]!++
    const mean = (from: number, to: number) =>
      counts.slice(from, to).reduce((sum, count) => sum + count, 0) / (to - from)
    expectWithin(mean(0, 200) / mean(0, 1180), 0.89, 0.05)
    expectWithin(mean(980, 1180) / mean(0, 1180), 1.08, 0.05)
    // Between neighbours the rate is the same: their squared difference is twice the Poisson variance.
    let variance = 0
    for (let tick = 1; tick < 1180; tick++) variance += (counts[tick]! - counts[tick - 1]!) ** 2 / 2 / 1179
    expectWithin(variance, mean(0, 1180), 0.15)
  })

  it('has one hash id per started block', () => {
    for (const row of rows) expect(row.hash_ids.length).toBe(Math.ceil(row.input_length / 512))
  })

  it('gives the same bytes for the same seed only', () => {
    const small = {seed: 3, requestCount: 200, tickCount: 20}
    expect(generateToolagent(small)).toBe(generateToolagent({...small}))
    expect(generateToolagent({...small, seed: 4})).not.toBe(generateToolagent(small))
  })
})

describe('its classes', () => {
  it('mixes chat, tool A and tool B', () => {
    expectWithin(rowsOf('chat').length / rows.length, 0.46, 0.03)
    expectWithin(rowsOf('toolA').length / rows.length, 0.36, 0.03)
    expectWithin(rowsOf('toolB').length / rows.length, 0.18, 0.05)
    expect(rowsOf('chat').length + rowsOf('toolA').length + rowsOf('toolB').length).toBe(rows.length)
  })

  it('generates chats with long tails', () => {
    const input = {5: 906, 25: 2600, 50: 7500, 75: 16000, 90: 27500, 95: 43000, 99: 87000, 100: 126000}
    expectQuantiles(
      rowsOf('chat').map(row => row.input_length),
      input,
      0.07,
    )
    const output = {5: 25, 25: 200, 50: 365, 75: 490, 90: 600, 99: 1000, 100: 2000}
    expectQuantiles(
      rowsOf('chat').map(row => row.output_length),
      output,
      0.08,
    )
  })

  it('lets two in five chats carry on an earlier one', () => {
    const lastUse = new Map<number, number>()
    const shares: number[] = []
    const gapsS: number[] = []
    const chats = rowsOf('chat')
    for (const {hash_ids: ids, timestamp} of chats) {
      const fresh = ids.findIndex(id => !lastUse.has(id))
      const shared = fresh < 0 ? ids.length : fresh
      if (shared > 1) {
        shares.push(shared / ids.length)
        gapsS.push((timestamp - lastUse.get(ids[shared - 1]!)!) / 1000)
      }
      for (const id of ids) lastUse.set(id, timestamp)
    }
    expectWithin(shares.length / chats.length, 0.39, 0.05)
    expectWithin(quantile(shares, 0.5), 0.8, 0.05)
    expectQuantiles(gapsS, {10: 42, 50: 123, 90: 483}, 0.15)
  })

  it('gives tool A a fixed start of twelve blocks and mostly three tokens to say', () => {
    const tool = rowsOf('toolA')
    for (const row of tool) expect(row.hash_ids.slice(0, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    const input = {1: 6164, 50: 6654, 75: 7067, 90: 7396, 99: 9023, 100: 9679}
    expectQuantiles(
      tool.map(row => row.input_length),
      input,
      0.02,
    )
    const others = tool.map(row => row.output_length).filter(length => length !== 3)
    expectWithin(1 - others.length / tool.length, 0.61, 0.03)
    expectQuantiles(others, {16: 26, 50: 31, 84: 36}, 0.04)
  })

  it('gives tool B a fixed start of five blocks and about twenty tokens to say', () => {
    const tool = rowsOf('toolB')
    for (const row of tool) expect(row.hash_ids.slice(0, 5)).toEqual([13, 14, 15, 16, 17])
    expectQuantiles(
      tool.map(row => row.input_length),
      {1: 2958, 50: 3156, 90: 4107, 100: 4989},
      0.02,
    )
    expectQuantiles(
      tool.map(row => row.output_length),
      {50: 20},
      0.05,
    )
  })
})
