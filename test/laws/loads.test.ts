import fc from 'fast-check'
import {expect, test} from 'vitest'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {plannerConfig, type Replay, replay} from './replay.ts'
import {cases} from './sampling.ts'

const workers = fc.integer({min: 1, max: 3})
const planner = fc.constantFrom(null, plannerConfig())
const roomyRuns = fc.record({lines: traceLines(), args: roomyArgs, workers, planner})
const tightRuns = traceLines({spanMs: 3_000}).chain(lines =>
  fc.record({lines: fc.constant(lines), args: tightArgs(lines), workers, planner}),
)
const runs = fc.oneof(roomyRuns, tightRuns)

test('the bins of an instance hold all of its busy time, and no bin more than there is', () => {
  fc.assert(
    fc.property(runs, options => {
      const {workers: instances, loads} = replay(options).result.engine
      instances.forEach(({busyMs, requestedMs}, i) => {
        const bins = loads.busyMs.subarray(loads.offset[i], loads.offset[i + 1])
        expect(bins.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(busyMs, 6)
        for (const ms of bins) expect(ms).toBeLessThanOrEqual(loads.binMs + 1e-9)
        expect(loads.firstBin[i]).toBe(Math.floor(requestedMs / loads.binMs))
      })
      for (const share of loads.kvShare) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }),
    cases(100),
  )
})

test('the chunks of a prompt make up what the cache did not hold, and pre-emptions are all told', () => {
  fc.assert(
    fc.property(runs, options => {
      const {result, workload} = replay(options)
      const {requests} = result.engine
      const {computed, preempted, firstChunkMs} = eventsOf(result)
      for (let r = 0; r < requests.count; r++) {
        expect(preempted[r]).toBe(requests.preemptions[r])
        const missing = workload.inputLength[r]! - requests.reusedTokens[r]!
        if (requests.preemptions[r] === 0) expect(computed[r]).toBe(missing)
        else expect(computed[r]).toBeGreaterThanOrEqual(missing)
        if (firstChunkMs[r] !== undefined)
          expect(firstChunkMs[r]).toBeGreaterThanOrEqual(requests.firstAdmitMs[r]!)
      }
    }),
    cases(100),
  )
})

function eventsOf({engine: {requests, requestEvents}}: Replay['result']) {
  const computed = new Array<number>(requests.count).fill(0)
  const preempted = new Array<number>(requests.count).fill(0)
  const firstChunkMs: (number | undefined)[] = []
  const {chunks, preemptions} = requestEvents
  for (let i = 0; i < chunks.length; i++) {
    const request = chunks.request[i]!
    computed[request]! += chunks.tokens[i]!
    firstChunkMs[request] ??= chunks.startMs[i]!
  }
  for (let i = 0; i < preemptions.length; i++) preempted[preemptions.request[i]!]!++
  return {computed, preempted, firstChunkMs}
}
