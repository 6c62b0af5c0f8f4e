import {describe, expect, test} from 'vitest'
import {defaultScenario} from '../config/presets.ts'
import {dynamoTick} from '../report/dynamo-ticks.ts'
import type {RunOutcome} from '../worker/protocol.ts'
import {currentTick} from './former-ticks.ts'
import {smallOutcome} from './library-fixture.ts'
import {readRecord} from './library-record.ts'
import {type Migration, migrate} from './migrations.ts'
import {openStore} from './open-store.ts'
import {RecordStore} from './record-store.ts'
import {isSavedOutcome, RUNS, restoredOutcome, savedOutcome, summaryOf} from './saved-run.ts'
import {storageProblem} from './storage-problem.ts'

const scenario = defaultScenario()
const small = smallOutcome(scenario)
const {engine, report} = small.result
const outcome = {
  ...small,
  result: {...small.result, notices: ['a note']},
  traceName: 'trace.jsonl',
  elapsedMs: 5,
} satisfies RunOutcome

describe('a saved run', () => {
  test('keeps everything but the gaps between all tokens', () => {
    const saved = savedOutcome(outcome)
    expect(JSON.stringify(saved)).not.toContain('gapMs')
    const restored = restoredOutcome(saved)
    const {tokenGaps, ...kept} = restored.result.engine
    expect(tokenGaps.length).toBe(0)
    const {tokenGaps: _, ...original} = outcome.result.engine
    expect({...restored, result: {...restored.result, engine: kept}}).toEqual({
      ...outcome,
      result: {...outcome.result, engine: original},
    })
  })

  test('has its policy under the name of the only policy there once was, and is opened by it', () => {
    const record = {totalTicks: 2, ticks: [], scalingEvents: [], gpuHours: 1.5, notices: ['seen']}
    const scaled = {...outcome, result: {...outcome.result, scaling: record}}
    const {tokenGaps: _, ...columns} = engine
    const former: unknown = {
      ...{pictures: {}, traceName: 'trace.jsonl', elapsedMs: 5},
      result: {report, engine: columns, planner: record, notices: ['a note']},
    }
    expect(savedOutcome(scaled)).toEqual(former)
    if (!isSavedOutcome(former)) throw new Error('the former record is refused')
    expect(restoredOutcome(former).result).toMatchObject({scaling: record, notices: ['a note']})
    expect(restoredOutcome(former).result).not.toHaveProperty('planner')
  })

  test('is summed up with its checksum', () => {
    const named = {id: 'x', name: 'one', createdAtMs: 7, scenario, traceTitle: 'Short', parentId: null}
    expect(summaryOf({...named, outcome})).toMatchObject({
      ...named,
      version: 3,
      notes: '',
      traceSha256: 'abc',
      scaleUps: 0,
    })
  })
})

describe('migrate', () => {
  const steps = new Map<number, Migration>([
    [1, ({title, ...rest}) => ({...rest, name: title})],
    [2, record => ({...record, tags: []})],
  ])

  test('walks a record up through every version in between', () => {
    const stored = {version: 1, id: 'x', title: 'old'}
    expect(migrate(stored, {to: 3, steps})).toEqual({
      ok: true,
      value: {version: 3, id: 'x', name: 'old', tags: []},
    })
    expect(stored).toEqual({version: 1, id: 'x', title: 'old'})
  })

  test('leaves a current record alone', () => {
    const stored = {version: 3, id: 'x'}
    expect(migrate(stored, {to: 3, steps})).toEqual({ok: true, value: stored})
  })

  test.each([
    ['newer', {version: 4}, /newer version/],
    ['older than any step', {version: 0}, /too old/],
    ['without a version', {id: 'x'}, /damaged/],
    ['no record at all', 'text', /damaged/],
    ['null', null, /damaged/],
  ])('refuses a record that is %s', (_, stored, message) => {
    expect(migrate(stored, {to: 3, steps})).toMatchObject({
      ok: false,
      error: {message: expect.stringMatching(message)},
    })
  })
})

describe('readRecord', () => {
  test('takes what this build writes, and refuses half of it', () => {
    const summary = summaryOf({
      id: 'x',
      name: 'one',
      createdAtMs: 7,
      scenario,
      traceTitle: 'Short',
      parentId: null,
      outcome,
    })
    expect(readRecord(RUNS, structuredClone(summary))).toEqual({ok: true, value: summary})
    const {report: _, ...half} = summary
    expect(readRecord(RUNS, half).ok).toBe(false)
  })
})

describe('RecordStore without storage', () => {
  test('answers every call with a sentence', async () => {
    const refused = new RecordStore(RUNS, () => Promise.reject(new DOMException('refused', 'SecurityError')))
    const summary = summaryOf({
      id: 'x',
      name: 'one',
      createdAtMs: 7,
      scenario,
      traceTitle: 'Short',
      parentId: null,
      outcome,
    })
    const calls = [
      refused.list(),
      refused.save(summary, new Uint8Array()),
      refused.body('x'),
      refused.change('x', {name: 'two'}),
      refused.remove(['x']),
    ]
    for (const result of await Promise.all(calls))
      expect(result).toMatchObject({ok: false, error: {message: expect.stringContaining('private window')}})
  })

  test('does so where IndexedDB is not even there', async () => {
    expect(await new RecordStore(RUNS, openStore('a', 'b')).list()).toMatchObject({
      ok: false,
      error: {message: expect.stringContaining('does not let the page store')},
    })
  })
})

test('storageProblem tells a full disk from a refusal', () => {
  expect(storageProblem(new DOMException('full', 'QuotaExceededError'))).toContain('delete saved runs')
  expect(storageProblem(new DOMException('no', 'SecurityError'))).toContain('private window')
  expect(storageProblem(new Error('disk on fire.'))).toContain('disk on fire.')
})

test('what decisions looked at is kept under the present names, and under the former ones opens with them', () => {
  const grounds = {
    load: {pool: {engines: [{workerId: 3, queuedPrefillTokens: 9}], ready: 1}},
    throughput: {explanation: {engineRps: 2}, engineRpsDecode: 2},
  }
  const tick = {
    at_s: 10,
    detail: {
      policy: 'dynamo',
      release: '1.2.1',
      engines: [{pool: 'decode', worker_id: 3}],
      explanation: {load: null, throughput: null, grounds},
    },
  } as unknown as Parameters<typeof currentTick>[0]
  const current = currentTick(tick)
  expect(current.detail).toEqual({
    policy: 'dynamo',
    release: '1.2.1',
    engines: [{pool: 'decode', worker_id: 3}],
    explanation: {
      load: null,
      throughput: null,
      grounds: {
        load: {pool: {instances: [{instanceId: 3, queuedPrefillTokens: 9}], ready: 1}},
        throughput: {explanation: {instanceRps: 2}, instanceRpsDecode: 2},
      },
    },
  })
  expect(currentTick(current)).toBe(current)
})

describe('a tick kept when Dynamo was the only policy', () => {
  const explanation = {load: null, throughput: null, grounds: {load: null, throughput: null}}
  const tick = {
    ...{at_s: 10, now_s: 9, active_prefill: 0, active_decode: 2, gpu_hours: 0.1},
    ...{is_load: true, is_throughput: false},
    ...{starting_prefill: 0, starting_decode: 1, draining_prefill: 0, draining_decode: 0},
    traffic: {duration_s: 10, num_req: 4, isl: 100, osl: 10, kv_hit_rate: 0},
    scale_to: {num_decode: 3},
    load_decision_reason: 'scale_up' as const,
    engines: [],
    explanation,
  }

  test('has its fields by policy when the run is opened, and is shown and exported as it was', () => {
    const current = currentTick(tick)
    expect(current).toMatchObject({
      at_s: 10,
      reason: 'scale_up',
      detail: {policy: 'dynamo', release: '1.2.1'},
    })
    expect(current.detail).toMatchObject({is_load: true, diagnostics: {load_decision_reason: 'scale_up'}})
    expect(JSON.stringify(dynamoTick(current))).toBe(JSON.stringify(tick))
    expect(currentTick(current)).toBe(current)
  })
})
