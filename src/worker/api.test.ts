import {readFile} from 'node:fs/promises'
import * as Comlink from 'comlink'
import {afterEach, describe, expect, it} from 'vitest'
import {defaultScenario, plannerConfigWith} from '../config/presets.ts'
import {type Scenario, scalingBy} from '../config/scenario.ts'
import type {Result} from '../core/result.ts'
import {createWorkerApi} from './api.ts'
import {SimulatorClient, type WorkerLink} from './client.ts'
import {yieldByChannel} from './host.ts'
import type {LoadProgress, RunOutcome, RunRequest, RunTelemetry} from './protocol.ts'

const clients: SimulatorClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

/** The real api behind a real channel, so that everything is cloned and transferred as in a browser. */
function startClient(openSiteFile = openFromDisk): SimulatorClient {
  const client = new SimulatorClient(() => linkTo(openSiteFile))
  clients.push(client)
  return client
}

function linkTo(openSiteFile: (path: string) => Promise<Response>): WorkerLink {
  const {port1, port2} = new MessageChannel()
  const api = createWorkerApi({openSiteFile, nowMs: () => performance.now(), yieldToEvents: yieldByChannel})
  Comlink.expose(api, port2)
  port1.start()
  return {
    endpoint: port1,
    terminate() {
      port1.close()
      port2.close()
    },
    onDeath() {},
  }
}

async function openFromDisk(path: string): Promise<Response> {
  return new Response(new Uint8Array(await readFile(path)))
}

const short: Scenario = {...defaultScenario(), trace: {kind: 'catalogue', id: 'toolagent-5min'}}
const planned: Scenario = {
  ...short,
  scaling: scalingBy(
    plannerConfigWith('agg', {
      optimization_target: 'sla',
      ttft: 1500,
      enable_load_scaling: true,
      load_adjustment_interval: 10,
      throughput_adjustment_interval: 60,
      decode_engine_num_gpu: 1,
    }),
  ),
}

function requestFor(scenario: Scenario, traceBlob: Blob | null = null): RunRequest {
  return {scenario, traceBlob, profile: null}
}

function quietRun(client: SimulatorClient, request: RunRequest): Promise<Result<RunOutcome>> {
  return client.run(request, () => {}, new AbortController().signal)
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('runs of a sweep or a search', () => {
  it('come out the same one after the other, whatever was run between them', async () => {
    const figuresOf = async (client: SimulatorClient, scenario: Scenario) =>
      unwrap(await client.runPoint(requestFor(scenario), () => {}, new AbortController().signal))
    const window: Scenario = {...planned, traceSelection: {startS: 60, endS: 200}}
    const first = startClient()
    const whole = await figuresOf(first, planned)
    const part = await figuresOf(first, window)
    expect(part.num_requests).toBeLessThan(whole.num_requests)
    // The trace is kept from one to the next; a single run takes its columns along and must leave them whole.
    unwrap(await quietRun(first, requestFor(planned)))
    for (const client of [first, startClient()]) {
      expect(await figuresOf(client, window)).toEqual(part)
      expect(await figuresOf(client, planned)).toEqual(whole)
      expect(await figuresOf(client, planned)).toEqual(whole)
    }
  })
})

describe('catalogue and traces', () => {
  it('lists what the site offers and loads one with progress', async () => {
    const client = startClient()
    const entries = unwrap(await client.listCatalogue())
    expect(entries.map(entry => entry.id)).toContain('toolagent-hour')
    const progress: LoadProgress[] = []
    const source = {kind: 'catalogue', id: 'toolagent-5min'} as const
    const request = {source, blob: null, traceBlockSize: 512, arrivalSpeedupRatio: 2}
    const info = unwrap(await client.loadTrace(request, p => progress.push(p), new AbortController().signal))
    const entry = entries.find(({id}) => id === source.id)!
    expect(info.sha256).toBe(entry.sha256)
    expect(info.statistics.requests).toBe(entry.requests)
    expect(info.arrivals.requests.reduce((sum, count) => sum + count, 0)).toBe(entry.requests)
    expect(progress.some(({phase}) => phase === 'fetching')).toBe(true)
  })

  it('reads a local file and names its line and field when it is bad', async () => {
    const client = startClient()
    const load = (text: string) => {
      const blob = new Blob([text])
      const source = {kind: 'file', name: 'mine.jsonl'} as const
      const request = {source, blob, traceBlockSize: 512, arrivalSpeedupRatio: 1}
      return client.loadTrace(request, () => {}, new AbortController().signal)
    }
    const line = '{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}\n'
    const info = unwrap(await load(line + line))
    expect(info.source).toEqual({kind: 'file', name: 'mine.jsonl', sha256: info.sha256})
    const bad = await load(
      `${line}{"timestamp": 1, "input_length": "x", "output_length": 5, "hash_ids": [1]}\n`,
    )
    expect(bad.ok ? '' : bad.error.message).toMatch(/line 2.*mine\.jsonl.*input_length/)
  })

  it('returns a failed download as a value', async () => {
    const missing = startClient(async () => new Response(null, {status: 404}))
    const catalogue = await missing.listCatalogue()
    expect(catalogue.ok ? '' : catalogue.error.message).toContain('404')
    const offline = startClient(async () => {
      throw new TypeError('no network')
    })
    const run = await quietRun(offline, requestFor(short))
    expect(run.ok ? '' : run.error.message).toContain('no network')
  })
})

describe('run', () => {
  it('gives report, columns and chart columns, twice from one cached trace', async () => {
    const client = startClient()
    const first = unwrap(await quietRun(client, requestFor(planned)))
    const second = unwrap(await quietRun(client, requestFor(planned)))
    const {report, engine, scaling} = first.result
    expect(report.completed_requests).toBe(report.num_requests)
    expect(engine.requests.inputLength).toHaveLength(engine.requests.count)
    expect(scaling!.ticks.length).toBeGreaterThan(10)
    // Columns that belong to the trace must survive the first run's transfer.
    expect(second.result.engine.requests).toEqual(engine.requests)
    expect(second.result.scaling).toEqual(scaling)
    const {intervals, distributions} = first.pictures
    const completed = intervals.completionRate.reduce(
      (sum, rate) => sum + (rate * intervals.intervalMs) / 1000,
      0,
    )
    expect(completed).toBeCloseTo(report.completed_requests, 6)
    expect(distributions.ttft.total).toBe(report.completed_requests)
    expect(distributions.itl.total).toBe(report.total_output_tokens - report.completed_requests)
  })

  it('runs a local file by checksum and refuses another file under its name', async () => {
    const client = startClient()
    const line = (at: number) =>
      `{"timestamp": ${at}, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}\n`
    const blob = new Blob([line(0) + line(1000)])
    const source = {kind: 'file', name: 'a.jsonl'} as const
    const load = {source, blob, traceBlockSize: 512, arrivalSpeedupRatio: 1}
    const info = unwrap(await client.loadTrace(load, () => {}, new AbortController().signal))
    const scenario = {...defaultScenario(), trace: info.source}
    const outcome = unwrap(await quietRun(client, requestFor(scenario, blob)))
    expect(outcome.result.report.completed_requests).toBe(2)
    const fresh = startClient()
    const wrong = await quietRun(fresh, requestFor(scenario, new Blob([line(0)])))
    expect(wrong.ok ? '' : wrong.error.message).toContain('checksum')
    const absent = await quietRun(fresh, requestFor(scenario))
    expect(absent.ok ? '' : absent.error.message).toContain('a.jsonl')
  })

  it('refuses by name what is not there, and a profile that was not picked', async () => {
    const client = startClient()
    const withoutProfile = await quietRun(client, requestFor({...short, engineTiming: 'profile'}))
    expect(withoutProfile.ok ? '' : withoutProfile.error.message).toContain('profile')
    const unknown = await quietRun(client, requestFor({...short, trace: {kind: 'catalogue', id: 'nothing'}}))
    expect(unknown.ok ? '' : unknown.error.message).toContain('nothing')
  })

  it('reports rising progress and stops when cancelled, with the signal as reason', async () => {
    const client = startClient()
    const scenario: Scenario = {...planned, trace: {kind: 'catalogue', id: 'toolagent-hour'}}
    const abort = new AbortController()
    const seen: RunTelemetry[] = []
    const call = client.run(
      requestFor(scenario),
      progress => {
        seen.push(progress)
        if (seen.length === 3) abort.abort(new Error('enough'))
      },
      abort.signal,
    )
    await expect(call).rejects.toThrow('enough')
    expect(seen).toHaveLength(3)
    expect(seen[2]!.simulatedMs).toBeGreaterThan(seen[0]!.simulatedMs)
    expect(seen[2]!.totalRequests).toBe(23608)
    // The same worker serves on: the cancelled run has left it.
    const next = unwrap(await quietRun(client, requestFor(short)))
    expect(next.result.report.completed_requests).toBe(640)
  })
})
