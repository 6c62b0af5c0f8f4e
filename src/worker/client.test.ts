import * as Comlink from 'comlink'
import {describe, expect, it, vi} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import type {RunRequest} from './protocol.ts'

const request: RunRequest = {scenario: defaultScenario(), traceBlob: null, profile: null}

/** A worker that answers only the catalogue, and can be made to die. */
function mute() {
  const started: {die: (reason: Error) => void; silence: () => void; terminated: boolean}[] = []
  const spawn = (): WorkerLink => {
    const {port1, port2} = new MessageChannel()
    Comlink.expose(
      {
        listCatalogue: async () => ({ok: true, value: []}),
        run: () => new Promise(() => {}),
        ping: async () => {},
      },
      port2,
    )
    port1.start()
    const worker = {die: (_: Error) => {}, silence: () => port2.close(), terminated: false}
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
  it('asks a new worker when one dies, and gives up when that dies too', async () => {
    const {client, started} = mute()
    const calls = [1, 2].map(() => client.run(request, () => {}, new AbortController().signal))
    const settled = Promise.allSettled(calls)
    started[0]!.die(new Error('it was ended'))
    await expect.poll(() => started.length).toBe(2)
    // Both calls have moved on before the second worker dies.
    await new Promise(resolve => setTimeout(resolve, 20))
    started[1]!.die(new Error('out of memory'))
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {message: 'two workers died of it, the second because out of memory'},
      })
    }
    expect(started.map(({terminated}) => terminated)).toEqual([true, true])
    expect(await client.listCatalogue()).toEqual({ok: true, value: []})
    expect(started).toHaveLength(3)
    client.dispose()
  })

  it('does not ask again for what was cancelled, nor of a client that was closed', async () => {
    const {client, started} = mute()
    const abort = new AbortController()
    const call = client.run(request, () => {}, abort.signal)
    abort.abort(new Error('by hand'))
    started[0]!.die(new Error('it was ended'))
    await expect(call).rejects.toThrow('by hand')
    const other = client.run(request, () => {}, new AbortController().signal)
    client.dispose()
    await expect(other).rejects.toThrow('closed')
    expect(started).toHaveLength(2)
  })

  it('replaces a worker that is stuck, but not one that is only slow or a page that slept', async () => {
    vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']})
    try {
      const {client, started} = mute()
      const call = client.run(request, () => {}, new AbortController().signal)
      const rejected = expect(call).rejects.toThrow(/did not answer for \d+ s/)
      for (let step = 0; step < 30; step++) {
        await vi.advanceTimersByTimeAsync(20_000)
        // Pings are answered outside the false time.
        await new Promise(resolve => setTimeout(resolve, 20))
      }
      expect(started).toHaveLength(1)
      started[0]!.silence()
      await vi.advanceTimersByTimeAsync(119_000)
      expect(started).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(3000)
      await expect.poll(() => started.length).toBe(2)
      started[1]!.silence()
      // It may have answered once before it fell silent.
      await vi.advanceTimersByTimeAsync(123_000)
      await rejected
      client.dispose()
    } finally {
      vi.useRealTimers()
    }
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
