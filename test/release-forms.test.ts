import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {parseArguments} from '../src/config/command-line/arguments.ts'
import {flagsFromScenario} from '../src/config/command-line/command-line.ts'
import {scenarioFromFlags} from '../src/config/command-line/scenario-from-flags.ts'
import {decodeScenario, encodeScenario} from '../src/config/link/url-codec.ts'
import {PRESETS} from '../src/config/presets.ts'
import {withRelease} from '../src/config/releases/with-release.ts'
import type {Scenario} from '../src/config/scenario.ts'
import {applySweepValue, findSweepKey} from '../src/sweep/keys.ts'
import {readGolden16, scenarioOf} from './support/golden16.ts'
import {PROJECT, SHARED} from './support/shared.ts'

/** Scenarios of 1.6.1 as links, as flags and as scenarios of the other release. */

const FOLDERS = [
  `${PROJECT}/test/golden16/replay`,
  `${PROJECT}/test/golden16/planner`,
  ...(SHARED === null ? [] : [`${SHARED}/golden16/replay`]),
]

/** A link names a trace of the catalogue, or a file with its checksum. */
const TRACE = {kind: 'catalogue', id: 'toolagent-hour'} as const

const CASES: readonly (readonly [name: string, scenario: Scenario])[] = FOLDERS.filter(existsSync).flatMap(
  folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .flatMap(name => {
        const golden = readGolden16(`${folder}/${name}`)
        if (golden.error !== undefined || golden.case === undefined) return []
        return [[name, {...scenarioOf(golden), trace: TRACE}] as const]
      }),
)

function scenarioOfFlags(argv: readonly string[]): Scenario {
  const args = parseArguments(argv)
  if (!args.ok) throw new Error(args.error.message)
  const config = args.value.flags.get('--planner-config')
  const described = scenarioFromFlags(args.value, {
    trace: TRACE,
    plannerConfig: config === undefined ? undefined : JSON.parse(config),
  })
  if (!described.ok) throw new Error(described.error.message)
  return described.value.scenario
}

describe('scenarios of the golden runs of 1.6.1', () => {
  test('are there', () => expect(CASES.length).toBeGreaterThan(20))

  test.each(CASES)('%s comes back from its link', (_, scenario) => {
    const decoded = decodeScenario(encodeScenario(scenario))
    expect(decoded.ignored).toEqual([])
    expect(decoded.scenario).toEqual(scenario)
  })

  test.each(CASES)('%s comes back from its flags', (_, scenario) => {
    const {ours} = flagsFromScenario(scenario, {trace: 't'})
    expect(scenarioOfFlags(ours)).toEqual(scenario)
  })

  test.each(CASES)('%s can be said to 1.2.1, every loss being told', (_, scenario) => {
    const older = withRelease(scenario, '1.2.1')
    expect(older.scenario.release).toBeUndefined()
    for (const note of older.notes) expect(note).toMatch(/^\S.*[.]$/)
    const decoded = decodeScenario(encodeScenario(older.scenario))
    expect(decoded).toEqual({scenario: older.scenario, run: false, ignored: []})
  })
})

describe('presets of 1.2.1', () => {
  test.each(
    PRESETS.filter(({scenario}) => scenario.release === undefined).map(
      ({id, scenario}) => [id, scenario] as const,
    ),
  )('%s has a counterpart in 1.6.1, which a link gives back', (_, scenario) => {
    const newer = withRelease(scenario, '1.6.1').scenario
    expect(newer.release).toBe('1.6.1')
    expect(decodeScenario(encodeScenario(newer))).toEqual({scenario: newer, run: false, ignored: []})
    const link = `${encodeScenario(scenario)}&dynamo=1.6.1`
    expect(decodeScenario(link).scenario).toEqual(newer)
  })
})

describe('a sweep of a scenario of 1.6.1', () => {
  const guide = withRelease(PRESETS[0]!.scenario, '1.6.1').scenario

  function withKnob(name: string, value: string | number | null): Scenario {
    const key = findSweepKey(name)
    if (!key.ok) throw new Error(key.error.message)
    const applied = applySweepValue(guide, key.value, value)
    if (!applied.ok) throw new Error(applied.error.message)
    return applied.value
  }

  test('turns engine args, planner fields and the release itself', () => {
    expect(withKnob('startup_time', 60).fleet).toMatchObject({workers: {args: {startup_time: 60}}})
    expect(withKnob('num_gpu_blocks', 999).fleet).toMatchObject({workers: {args: {num_gpu_blocks: 999}}})
    expect(withKnob('planner.max_throughput_scaling_replicas', 2).scaling).toMatchObject({
      release: '1.6.1',
      config: {max_throughput_scaling_replicas: 2, scale_interval_seconds: 10},
    })
    expect(withKnob('planner.load_adjustment_interval', 15).scaling).toMatchObject({
      config: {scale_interval_seconds: 15},
    })
    expect(withKnob('engine_timing', 'polynomial').fleet).toMatchObject({
      workers: {args: {timing: 'polynomial'}},
    })
    expect(withKnob('dynamo', '1.2.1')).toEqual(PRESETS[0]!.scenario)
  })

  test('refuses what only the other release knows', () => {
    expect(() => withKnob('planner.load_metric_samples', 10)).toThrow('no field of this Dynamo release')
    const key = findSweepKey('max_model_len')
    const refused = key.ok ? applySweepValue(PRESETS[0]!.scenario, key.value, 100) : key
    expect(refused.ok ? '' : refused.error.message).toContain('no field of this Dynamo release')
  })
})

describe('a translated config', () => {
  test('names every key without a counterpart', () => {
    const newer = withRelease(PRESETS[0]!.scenario, '1.6.1').scenario
    if (newer.scaling.policy !== 'dynamo' || newer.scaling.release !== '1.6.1') throw new Error('no planner')
    const {config} = newer.scaling
    const changed: Scenario = {
      ...newer,
      maxSimTimeMs: 1000,
      scaling: {
        ...newer.scaling,
        config: {...config, max_throughput_scaling_replicas: 2, optimization_target: 'load', min_endpoint: 0},
      },
    }
    const {notes, scenario} = withRelease(changed, '1.2.1')
    expect(notes.join('\n')).toContain('planner.max_throughput_scaling_replicas has no counterpart in 1.2.1')
    expect(notes.join('\n')).toContain("optimization_target 'load' has no counterpart in 1.2.1")
    expect(notes.join('\n')).toContain('max-sim-time-ms has no counterpart in 1.2.1')
    expect(scenario.scaling).toMatchObject({release: '1.2.1', config: {optimization_target: 'throughput'}})
  })

  test('keeps the budget in its own unit', () => {
    const wide = PRESETS[0]!.scenario
    if (wide.fleet.topology !== 'agg') throw new Error('the first preset is aggregated')
    const {workers} = wide.fleet
    const tp2: Scenario = {
      ...wide,
      fleet: {topology: 'agg', workers: {...workers, args: {...workers.args, aic_tp_size: 2}}},
    }
    const newer = withRelease(tp2, '1.6.1')
    expect(newer.scenario.scaling).toMatchObject({config: {max_gpu_budget: 16}})
    expect(newer.notes).toContain('planner.max_gpu_budget counts GPUs there: 8 becomes 16.')
    expect(withRelease(newer.scenario, '1.2.1').scenario).toEqual(tp2)
  })
})
