import {describe, expect, test} from 'vitest'
import {RandomStream} from '../../src/core/random.ts'
import type {PerfModel} from '../../src/perf/perf-model.ts'
import {replay, type TraceLine} from './replay.ts'

/** One request at a time, always 10 ms: 8 of prompt and 2 of decode. The engine is then a textbook queue. */
const SERVICE_MS = 10
const constantModel: PerfModel = {
  timing: 'polynomial',
  prefillMs: () => 8,
  decodeMs: () => 2,
  outsideShare: () => null,
}

describe.each([0.3, 0.6, 0.8])('at load %d', load => {
  const lines = poissonLines({count: 40_000, gapMs: SERVICE_MS / load})
  const {result} = replay({lines, perf: constantModel, args: {max_num_seqs: 1, enable_prefix_caching: false}})
  const {arrivalMs, lastTokenMs} = result.engine.requests

  test('requests leave as in the recursion of a queue with one server', () => {
    let freeMs = 0
    for (let request = 0; request < lines.length; request++) {
      freeMs = Math.max(freeMs, arrivalMs[request]!) + SERVICE_MS
      expect(Math.abs(lastTokenMs[request]! - freeMs)).toBeLessThanOrEqual(1e-9 * freeMs)
    }
  })

  test('the mean wait is that of an M/D/1 queue', () => {
    const wait = (load * SERVICE_MS) / (2 * (1 - load))
    const measured = result.report.mean_ttft_ms - SERVICE_MS
    // The mean of 40,000 correlated waits at load 0.8 has a standard error of about 2 %.
    expect(Math.abs(measured - wait)).toBeLessThanOrEqual(0.06 * wait)
  })
})

function poissonLines({count, gapMs}: {readonly count: number; readonly gapMs: number}): TraceLine[] {
  const random = new RandomStream(1, 'poisson arrivals')
  let timestamp = 0
  return Array.from({length: count}, (_, request) => {
    timestamp -= gapMs * Math.log(1 - random.next())
    return {timestamp, input_length: 64, output_length: 1, hash_ids: [request]}
  })
}
