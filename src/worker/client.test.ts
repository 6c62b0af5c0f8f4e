import * as Comlink from 'comlink'
import {describe, expect, it, vi} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import type {RunRequest} from './protocol.ts'

const request: RunRequest = {scenario: defaultScenario(), traceBlob: null, profile: null}

/** A worker that answers only the catalogue, and can be made to die. */
function mute() {
  const started: {die: (reason: Error) => void; terminated: boolean}[] = []
  const spawn = (): WorkerLink => {
    const {port1, port2} = new MessageChannel()
    Comlink.expose(
      {listCatalogue: async () => ({ok: true, value: []}), run: () => new Promise(() => {})},
      port2,
    )
    port1.start()
    const worker = {die: (_: Error) => {}, terminated: false}
    started.push(worker)
    return {
      endpoint: port1,
      terminate() {
        worker.terminated = true
        port1.close()
        port2.close()
      },
      onDeath(report) {
        worker.die = report
      },
    }
  }
  return {started, client: new SimulatorClient(spawn)}
}

describe('SimulatorClient', () => {
  it('rejects every waiting call when the worker dies, and starts another for the next', async () => {
    const {client, started} = mute()
    const calls = [1, 2].map(() => client.run(request, () => {}, new AbortController().signal))
    const settled = Promise.allSettled(calls)
    started[0]!.die(new Error('out of memory'))
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({status: 'rejected', reason: {message: 'out of memory'}})
    }
    expect(await client.listCatalogue()).toEqual({ok: true, value: []})
    expect(started).toHaveLength(2)
    client.dispose()
  })

  it('terminates a worker that does not answer a cancel, and only then', async () => {
    vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']})
    try {
      const {client, started} = mute()
      const abort = new AbortController()
      const call = client.run(request, () => {}, abort.signal)
      const rejected = expect(call).rejects.toThrow('by hand')
      abort.abort(new Error('by hand'))
      await rejected
      expect(started[0]!.terminated).toBe(false)
      await vi.advanceTimersByTimeAsync(5000)
      expect(started[0]!.terminated).toBe(true)
      expect(await client.listCatalogue()).toEqual({ok: true, value: []})
      expect(started).toHaveLength(2)
      client.dispose()
    } finally {
      vi.useRealTimers()
    }
  })

  it('passes no progress on that arrives after the answer', async () => {
    const {port1, port2} = new MessageChannel()
    let reported: Promise<void> | null = null
    const loadTrace = async (_: unknown, onProgress: (progress: string) => Promise<void>) => {
      await onProgress('in time')
      reported = new Promise(resolve => {
        setTimeout(() => resolve(onProgress('too late')), 20)
      })
      return {ok: true, value: null}
    }
    Comlink.expose({loadTrace}, port2)
    port1.start()
    const client = new SimulatorClient(() => ({
      endpoint: port1,
      terminate: () => port1.close(),
      onDeath: () => {},
    }))
    const seen: unknown[] = []
    await client.loadTrace(
      {source: {kind: 'catalogue', id: 'any'}, blob: null, traceBlockSize: 512, arrivalSpeedupRatio: 1},
      progress => seen.push(progress),
      new AbortController().signal,
    )
    await reported
    expect(seen).toEqual(['in time'])
    client.dispose()
    port2.close()
  })

  it('does not start a run whose signal is already aborted', async () => {
    const {client, started} = mute()
    const call = async () => client.run(request, () => {}, AbortSignal.abort(new Error('too late')))
    await expect(call()).rejects.toThrow('too late')
    expect(started).toHaveLength(0)
  })
})
