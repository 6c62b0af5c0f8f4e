import {expect} from 'vitest'
import type {Replay} from './replay.ts'

/** Every instance lives in order and is never busier than it lived; every request is served by one that served then. */
export function expectSoundInstances({result}: Replay): void {
  const {workers, requests, endMs} = result.engine
  const byId = new Map(workers.map(worker => [worker.id, worker]))
  expect(byId.size).toBe(workers.length)
  for (const worker of workers) {
    const life = [worker.requestedMs, worker.readyMs, worker.drainMs, worker.exitMs]
    expectAscending(life.filter(time => time !== null))
    const livedMs = (worker.exitMs ?? endMs) - worker.requestedMs
    expect(worker.busyMs).toBeLessThanOrEqual(livedMs * (1 + 1e-9) + 1e-6)
    if (worker.readyMs === null) expect(worker.passes).toBe(0)
  }
  for (let request = 0; request < requests.count; request++) {
    const worker = byId.get(requests.workerId[request]!)!
    expect(worker.readyMs).toBeLessThanOrEqual(requests.arrivalMs[request]!)
    expect(worker.drainMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(requests.arrivalMs[request]!)
    expect(worker.exitMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(requests.lastTokenMs[request]!)
  }
}

export function expectAscending(values: readonly number[]): void {
  for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]!)
}
