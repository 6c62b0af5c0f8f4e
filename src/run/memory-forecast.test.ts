import {describe, expect, test} from 'vitest'
import {defaultScenario, findPreset} from '../config/presets.ts'
import {plannerOf, type Scenario, scalingBy} from '../config/scenario.ts'
import {forecastMemory, judgeMemory, sizeOfSynthetic, tabMemoryBytes} from './memory-forecast.ts'

const GIB = 2 ** 30
const MIB = 2 ** 20

function fleetOf(workers: number, base = defaultScenario()): Scenario {
  if (base.fleet.topology !== 'agg') throw new Error('expected an aggregated fleet')
  return {...base, fleet: {topology: 'agg', workers: {...base.fleet.workers, initialWorkers: workers}}}
}

const hour = {
  requests: 23608,
  inputTokens: 23608 * 8596,
  outputTokens: 23608 * 182,
  fileBytes: 4.1e6,
  spanS: 3537,
}
const tenHours = {
  requests: 236080,
  inputTokens: 236080 * 8600,
  outputTokens: 236080 * 182,
  fileBytes: 41e6,
  spanS: 35400,
}
const SPEC = {
  arrival_interval_ms: 10,
  turns_per_session: 1,
  shared_prefix_ratio: 0,
  num_prefix_groups: 0,
  inter_turn_delay_ms: 0,
}
const generated = (request_count: number, input_tokens: number, output_tokens: number) =>
  sizeOfSynthetic({...SPEC, request_count, input_tokens, output_tokens})

/** Peaks of resident memory of the command line tool, `/usr/bin/time -v`, in kB. */
const MEASURED = [
  ['the hour on 4 instances', fleetOf(4), hour, 106808],
  ['ten hours on 4', fleetOf(4), tenHours, 369296],
  ['a million short requests', fleetOf(4), generated(1e6, 1, 1), 342452],
  ['four million short requests', fleetOf(4), generated(4e6, 1, 1), 1077192],
  ['a million and one, not kept', fleetOf(8), {...generated(1_000_001, 400, 20), isStreamed: true}, 120912],
  [
    'a million rows that are read as the run goes on',
    fleetOf(8),
    {...generated(1.1e6, 5530, 20), isStreamed: true, fileBytes: 96 * MIB},
    216392,
  ],
  ['long prompts', fleetOf(4), generated(1e5, 8192, 1), 174756],
  ['long answers', fleetOf(4), generated(2e4, 64, 2000), 130588],
  [
    'a thousand instances',
    fleetOf(1000),
    {...hour, requests: 640, inputTokens: 5.2e6, outputTokens: 1.2e5, fileBytes: 1e5},
    127016,
  ],
] as const

test.each(MEASURED)('%s: within a third of what was measured', (_, scenario, traffic, measuredKb) => {
  const {leastBytes} = forecastMemory(scenario, traffic)
  expect(leastBytes / (measuredKb * 1024)).toBeGreaterThan(0.75)
  expect(leastBytes / (measuredKb * 1024)).toBeLessThan(1.34)
})

test.each([
  ['ten hours on one instance', fleetOf(1), tenHours, 616244],
  ['long prompts all at once', fleetOf(4), generated(1e5, 8192, 1), 458564],
] as const)('%s: an overrun fleet needs no more than is said', (_, scenario, traffic, measuredKb) => {
  const {leastBytes, mostBytes} = forecastMemory(scenario, traffic)
  expect(leastBytes).toBeLessThan(measuredKb * 1024)
  expect(mostBytes).toBeGreaterThan(0.95 * measuredKb * 1024)
  expect(mostBytes).toBeLessThan(2 * measuredKb * 1024)
})

test('ticks of a planner that looks too often count', () => {
  const {scenario} = findPreset('as-published')!
  const often = {
    ...scenario,
    scaling: scalingBy({...plannerOf(scenario)!, load_adjustment_interval: 0.001}),
  }
  expect(forecastMemory(often, hour).leastBytes).toBeGreaterThan(5 * GIB)
  expect(forecastMemory(scenario, hour).leastBytes).toBeLessThan(150 * MIB)
})

describe('the verdict', () => {
  const tab = {bytes: tabMemoryBytes(undefined), of: 'a browser tab'} as const
  const verdict = (scenario: Scenario, traffic: typeof hour) =>
    judgeMemory(forecastMemory(scenario, traffic), tab)

  test('lets the hour and ten hours pass', () => {
    expect(verdict(fleetOf(2), hour)).toEqual({kind: 'fits'})
    expect(verdict(fleetOf(2), tenHours)).toEqual({kind: 'fits'})
  })

  test('warns with the figures of what may not fit', () => {
    const {kind, ...said} = verdict(fleetOf(2), generated(4e6, 1000, 10))
    expect(kind).toBe('tight')
    expect(said).toMatchObject({
      message: expect.stringMatching(/about \d\.\d GiB .* up to \d\.\d GiB .* 4\.0 GiB/),
    })
  })

  test('refuses more instances than memory is good for, whatever the machine has', () => {
    const machine = {bytes: 512 * GIB, of: 'this machine'} as const
    const many = judgeMemory(forecastMemory(fleetOf(100_000), {...hour, requests: 20}), machine)
    expect(many).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/100,000 instances .* 6\.1 GiB/),
    })
    expect(judgeMemory(forecastMemory(fleetOf(20_000), hour), machine)).toEqual({kind: 'fits'})
  })

  test('counts the rows of a trace of which few are replayed', () => {
    const rows = {...hour, traceRows: 1e8}
    expect(verdict(fleetOf(2), rows)).toMatchObject({kind: 'refused'})
  })

  test('refuses what cannot fit, with the figure', () => {
    expect(verdict(fleetOf(2), generated(1e8, 1, 1))).toEqual({
      kind: 'refused',
      message: 'This run needs about 26.3 GiB of memory, more than the 4.0 GiB a browser tab has',
    })
    expect(verdict(fleetOf(100_000), hour).kind).toBe('refused')
    expect(verdict(fleetOf(1e9), hour)).toMatchObject({message: expect.stringContaining('61,035 GiB')})
  })

  test('knows a small device', () => {
    expect(tabMemoryBytes(8)).toBe(4 * GIB)
    expect(tabMemoryBytes(64)).toBe(4 * GIB)
    expect(tabMemoryBytes(1)).toBe(GIB / 2)
  })
})

test('sessions that are not kept count where all begin at once, else as what an overrun fleet may need', () => {
  const sessions = {...generated(3e6, 64, 2), isStreamed: true, sessions: 1e6}
  const none = forecastMemory(fleetOf(8), {...sessions, sessions: 0})
  const open = forecastMemory(fleetOf(8), sessions)
  expect(open.leastBytes).toBe(none.leastBytes)
  expect(open.mostBytes - none.mostBytes).toBeGreaterThan(300e6)
  const spec = {...SPEC, request_count: 1e6, input_tokens: 64, output_tokens: 2, turns_per_session: 3}
  const looped = {...fleetOf(8), synthetic: spec, replayConcurrency: 64}
  expect(forecastMemory(looped, sessions).leastBytes - none.leastBytes).toBe(128e6)
  const looped16 = {...looped, release: '1.6.1'} as const
  expect(forecastMemory(looped16, sessions).leastBytes).toBe(none.leastBytes)
})
