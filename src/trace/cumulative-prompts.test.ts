import {describe, expect, test} from 'vitest'
import {readGolden16, runGolden16, scenarioOf} from '../../test/support/golden16.ts'
import {PROJECT} from '../../test/support/shared.ts'
import {checkScenario} from '../config/checks/scenario-rules.ts'
import {findPreset} from '../config/presets.ts'
import {withRelease} from '../config/releases/with-release.ts'
import type {Scenario} from '../config/scenario.ts'
import {parseTrace} from './formats/parse-trace.ts'
import {toWorkload} from './parsed-trace.ts'
import type {Workload} from './workload.ts'

const DELTA = {format: 'mooncake-delta'} as const

function workloadOf(rows: readonly object[]): Workload {
  const text = rows.map(row => JSON.stringify(row)).join('\n')
  const parsed = parseTrace(text, 'f', DELTA)
  if (!parsed.ok) throw new Error(parsed.error.message)
  const options = {traceBlockSize: 4, arrivalSpeedupRatio: 1, traceFormat: DELTA, release: '1.6.1'} as const
  const workload = toWorkload(parsed.value, options)
  if (!workload.ok) throw new Error(workload.error.message)
  return workload.value
}

function promptsOf({requestCount, hashStart, hashIds}: Workload): number[][] {
  return Array.from({length: requestCount}, (_, r) => [...hashIds.subarray(hashStart[r]!, hashStart[r + 1]!)])
}

describe('turns that hold only what is new', () => {
  const workload = workloadOf([
    {session_id: 'a', timestamp: 0, input_length: 6, output_length: 3, hash_ids: [70, 71]},
    {session_id: 'b', timestamp: 0, input_length: 4, output_length: 2, hash_ids: [70]},
    {session_id: 'a', delay: 10, input_length: 5, output_length: 2, hash_ids: [72, 70]},
  ])

  test('send what came before, what was answered, and their own', () => {
    const [first, other, second] = promptsOf(workload)
    expect(first).toEqual([0, 0, 0, 0, 1, 1])
    expect(other).toEqual([0, 0, 0, 0])
    expect(second!.slice(0, 6)).toEqual(first)
    expect(second!.slice(9)).toEqual([2, 2, 2, 2, 0])
    expect([...workload.inputLength]).toEqual([6, 4, 14])
  })

  test('were answered with tokens like no others', () => {
    const answered = promptsOf(workload)[2]!.slice(6, 9)
    expect(new Set([...answered, 0, 1, 2]).size).toBe(6)
  })

  test('end the run where an answer that is sent on was cut short', async () => {
    const golden = readGolden16(`${PROJECT}/test/golden16/replay/delta_tight.json`)
    const {fleet} = scenarioOf(golden)
    if (fleet.topology !== 'agg') throw new Error('it is aggregated')
    const workers = {...fleet.workers, args: {...fleet.workers.args, max_model_len: 2000}}
    const short = runGolden16(golden, {fleet: {topology: 'agg', workers}})
    await expect(short).rejects.toThrow(
      /^a turn of a mooncake-delta session was answered with \d+ of its \d+/,
    )
  })
})

describe('a scenario with such a trace', () => {
  const guide = findPreset('agg-161')!.scenario
  const scenario: Scenario = {...guide, traceFormat: DELTA}

  test('is of 1.6.1 alone, and of its schedulers that keep blocks', () => {
    expect(checkScenario(scenario).ok).toBe(true)
    const older = checkScenario({...findPreset('guide-agg')!.scenario, traceFormat: DELTA})
    expect(older).toMatchObject({ok: false, error: {message: expect.stringContaining('only --dynamo 1.6.1')}})
    if (guide.fleet.topology !== 'agg') throw new Error('it is aggregated')
    const {workers} = guide.fleet
    const args = {...workers.args, engine_type: 'sglang'} as const
    const sglang = checkScenario({...scenario, fleet: {topology: 'agg', workers: {...workers, args}}})
    expect(sglang).toMatchObject({
      ok: false,
      error: {message: expect.stringContaining('not simulated with SGLang')},
    })
  })

  test('loses its format with a note where it is translated to 1.2.1', () => {
    const older = withRelease(scenario, '1.2.1')
    expect(older.scenario.traceFormat).toBeUndefined()
    expect(older.notes).toContainEqual(
      expect.stringContaining("trace_format 'mooncake-delta' has no counterpart"),
    )
  })
})
