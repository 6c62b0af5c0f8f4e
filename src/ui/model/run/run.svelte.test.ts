import {describe, expect, it} from 'vitest'
import {defaultScenario} from '../../../config/presets.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import type {SimulatorClient} from '../../../worker/client.ts'
import type {RunOutcome, RunTelemetry} from '../../../worker/protocol.ts'
import {RunState} from './run.svelte.ts'

interface Call {
  readonly signal: AbortSignal
  progress(progress: RunTelemetry): void
  answer(result: Result<RunOutcome>): void
  die(reason: Error): void
}

/** A client whose answers the test gives. */
function controlled() {
  const calls: Call[] = []
  const run: SimulatorClient['run'] = (_, onProgress, signal) =>
    new Promise((resolve, reject) => {
      calls.push({signal, progress: onProgress, answer: resolve, die: reject})
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return {calls, state: new RunState({run} as unknown as SimulatorClient)}
}

const outcome = {
  result: {engine: {endMs: 5000}, report: {duration_ms: 4000}},
} as unknown as RunOutcome
const telemetry: RunTelemetry = {
  simulatedMs: 1,
  expectedEndMs: 2,
  completedRequests: 0,
  totalRequests: 1,
  elapsedMs: 1,
}
const files = {trace: null, profile: null}

describe('RunState', () => {
  it('goes from idle over progress to done', async () => {
    const {calls, state} = controlled()
    expect(state.phase.kind).toBe('idle')
    const done = state.start(defaultScenario(), files)
    calls[0]!.progress(telemetry)
    expect(state.phase).toMatchObject({kind: 'running', progress: telemetry})
    calls[0]!.answer(ok(outcome))
    await done
    expect(state.phase.kind).toBe('done')
    expect(state.finished!.axis.extent).toEqual([0, 5])
  })

  it('keeps the last result when a later run fails, dies or is cancelled', async () => {
    const {calls, state} = controlled()
    const first = state.start(defaultScenario(), files)
    calls[0]!.answer(ok(outcome))
    await first
    const {finished} = state
    const second = state.start(defaultScenario(), files)
    calls[1]!.answer(fail('request 7 can never fit'))
    await second
    expect(state.phase).toMatchObject({kind: 'failed', problem: {message: 'request 7 can never fit'}})
    const third = state.start(defaultScenario(), files)
    calls[2]!.die(new Error('out of memory'))
    await third
    expect(state.phase).toMatchObject({kind: 'failed', problem: {message: 'out of memory'}})
    const fourth = state.start(defaultScenario(), files)
    state.cancel()
    await fourth
    expect(calls[3]!.signal.aborted).toBe(true)
    expect(state.phase.kind).toBe('done')
    expect(state.finished).toBe(finished)
  })

  it('lets a new run replace the one under way, whose late answers are ignored', async () => {
    const {calls, state} = controlled()
    const first = state.start(defaultScenario(), files)
    const second = state.start(defaultScenario(), files)
    await first
    calls[0]!.progress(telemetry)
    expect(state.phase).toMatchObject({kind: 'running', progress: null})
    calls[1]!.answer(ok(outcome))
    await second
    expect(state.phase.kind).toBe('done')
  })
})
