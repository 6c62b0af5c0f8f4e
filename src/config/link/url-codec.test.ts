import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {AIC_PERF_FIELDS, DEFAULT_AIC_PERF} from '../engine/aic-perf.ts'
import {defaultEngineArgs, parseEngineArgs} from '../engine/engine-args.ts'
import {ENGINE_FIELDS, SGLANG_FIELDS} from '../engine/engine-fields.ts'
import type {FieldShape} from '../field.ts'
import {parsePlannerConfig} from '../planner/planner-config.ts'
import {PLANNER_FIELDS} from '../planner/planner-fields.ts'
import {defaultScenario, PRESETS} from '../presets.ts'
import {initialScaling} from '../scaling/initial-scaling.ts'
import {OTHER_POLICIES} from '../scaling/parse-scaling.ts'
import {
  type AicPerfConfig,
  type EngineArgs,
  type Fleet,
  type PlannerConfig,
  type PoolSpec,
  plannerOf,
  type Scenario,
  scalingBy,
  type WorkerType,
} from '../scenario.ts'
import {decodeScenario, encodeScenario} from './url-codec.ts'

/** A value a field can take; text is never empty, since a link cannot tell empty from unset. */
function valueFor(field: FieldShape): fc.Arbitrary<unknown> {
  const nullable = field.type !== 'boolean' && field.nullable ? [fc.constant(null)] : []
  switch (field.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(
        fc.integer({min: Math.max(field.min, -1000), max: Math.min(field.max, 1000)}),
        ...nullable,
      )
    case 'number':
      return fc.oneof(
        fc.double({min: Math.max(field.min, -1e6), max: Math.min(field.max, 1e6), noNaN: true}).map(Math.abs),
        ...nullable,
      )
    case 'choice':
      return fc.oneof(fc.constantFrom(...field.choices), ...nullable)
    case 'text':
      return fc.oneof(fc.string({unit: 'grapheme', minLength: 1, maxLength: 20}), ...nullable)
  }
}

function someFields<K extends string>(fields: readonly ({readonly key: K} & FieldShape)[]) {
  return fc.record(
    Object.fromEntries(fields.map(field => [field.key, valueFor(field)])) as Record<K, fc.Arbitrary<unknown>>,
    {requiredKeys: []},
  )
}

function orElse<T>(result: {ok: true; value: T} | {ok: false}, fallback: T): T {
  return result.ok ? result.value : fallback
}

const engineArgs = (workerType: WorkerType): fc.Arbitrary<EngineArgs> =>
  fc
    .record({fields: someFields(ENGINE_FIELDS), sglang: fc.option(someFields(SGLANG_FIELDS))})
    .map(({fields, sglang}) => {
      const parsed = parseEngineArgs({...fields, sglang}, {flag: 'x', workerType})
      return orElse(parsed, {args: defaultEngineArgs(workerType), notices: []}).args
    })

const pool = (type: WorkerType): fc.Arbitrary<PoolSpec> =>
  fc.record({
    args: engineArgs(type),
    initialWorkers: fc.integer({min: 1, max: 100}),
    gpusPerInstance: fc.option(fc.integer({min: 1, max: 1024})),
  })

const fleet: fc.Arbitrary<Fleet> = fc.oneof(
  fc.record({topology: fc.constant('agg' as const), workers: pool('aggregated')}),
  fc.record({topology: fc.constant('disagg' as const), prefill: pool('prefill'), decode: pool('decode')}),
)

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    trace: fc.oneof(
      fc.record({kind: fc.constant('catalogue' as const), id: fc.constantFrom('toolagent-hour', 'x1')}),
      fc.record({
        kind: fc.constant('file' as const),
        name: fc.constantFrom('my trace.jsonl', 'a&b=c#d.gz', 'ü+%.jsonl'),
        sha256: fc.constant('0123456789abcdef'.repeat(4)),
      }),
      fc
        .record({
          place: fc.constantFrom('https://traces.example', 'https://10.0.0.1:8443/a/b'),
          name: fc.constantFrom('week.csv.gz', 'a%20b;c=d&e.jsonl'),
          query: fc.constantFrom('', '?x=1&y=/2'),
          sha256: fc.constantFrom('', '0123456789abcdef'.repeat(4)),
        })
        .map(({place, name, query, sha256}) => {
          const url = `${place}/${name}${query}`
          return {kind: 'file' as const, name, sha256, url}
        }),
    ),
    traceBlockSize: fc.integer({min: 1, max: 4096}),
    arrivalSpeedupRatio: fc.double({min: 1e-6, max: 1e6, noNaN: true}),
    fleet,
    routerMode: fc.constantFrom('round_robin' as const, 'kv_router' as const),
    engineTiming: fc.constantFrom('aic' as const, 'polynomial' as const, 'profile' as const),
    planner: fc.option(someFields(PLANNER_FIELDS)),
    benchmarkGranularity: fc.integer({min: 1, max: 100}),
    seed: fc.integer({min: 0, max: 2 ** 32 - 1}),
    phaseShiftS: fc.oneof(fc.constant(0), fc.double({min: 0.001, max: 86_400, noNaN: true})),
    aicPerf: fc.option(someFields(AIC_PERF_FIELDS)),
    repeat: fc.record(
      {
        traceSeed: fc.integer({min: 0, max: 2 ** 32 - 1}),
        objective: fc.record({
          ttftMs: fc.double({min: 0.1, max: 1e6, noNaN: true}),
          itlMs: fc.double({min: 0.1, max: 1e6, noNaN: true}),
          share: fc.double({min: 0.01, max: 1, noNaN: true}),
        }),
      },
      {requiredKeys: []},
    ),
  })
  .map(({planner, phaseShiftS, aicPerf, repeat, ...rest}) => ({
    ...rest,
    ...repeat,
    ...(aicPerf === null ? {} : {aicPerf: {...DEFAULT_AIC_PERF, ...aicPerf} as AicPerfConfig}),
    scaling: scalingBy(plannerFrom(planner, rest.fleet.topology), phaseShiftS),
  }))

function plannerFrom(fields: object | null, mode: 'agg' | 'disagg'): PlannerConfig | null {
  if (fields === null) return null
  const parsed = parsePlannerConfig({...fields, mode})
  const fallback = parsePlannerConfig({mode})
  return parsed.ok ? parsed.value.config : fallback.ok ? fallback.value.config : null
}

describe('links', () => {
  it.each([
    'http://traces.example/a.csv',
    'https://traces.example/',
    'https://user:secret@traces.example/a.csv',
    'https://traces.example/a b.csv',
    'https:/a.csv',
    `https://traces.example/${'x'.repeat(1000)}`,
    'javascript:alert(1)',
  ])('refuse %s as the address of a trace', address => {
    const {scenario, ignored} = decodeScenario(`v=1&trace=${encodeURIComponent(address)}`)
    expect(scenario).toEqual(defaultScenario())
    expect(ignored).toHaveLength(1)
  })

  it('are short and readable for a preset and for a changed knob', () => {
    expect(encodeScenario(defaultScenario())).toBe('v=1')
    for (const preset of PRESETS) {
      const decoded = decodeScenario(`#${encodeScenario(preset.scenario)}`)
      expect(decoded).toEqual({scenario: preset.scenario, run: false, ignored: []})
    }
    const guide = PRESETS[0]!.scenario
    expect(encodeScenario(guide)).toBe('v=1&preset=guide-agg')
    if (guide.fleet.topology !== 'agg') throw new Error('the first preset is aggregated')
    const {args} = guide.fleet.workers
    const changed: Scenario = {
      ...guide,
      fleet: {
        topology: 'agg',
        workers: {initialWorkers: 3, gpusPerInstance: null, args: {...args, startup_time: 60}},
      },
    }
    expect(encodeScenario(changed)).toBe('v=1&preset=guide-agg&workers=3&engine.startup_time=60')
  })

  it('give back the scenario they were made from', () => {
    fc.assert(
      fc.property(scenarios, scenario => {
        expect(decodeScenario(encodeScenario(scenario))).toEqual({scenario, run: false, ignored: []})
      }),
      {numRuns: 300},
    )
  })

  it('say what tells a repeat apart in two keys', () => {
    const guide = PRESETS[0]!.scenario
    const repeat: Scenario = {...guide, scaling: scalingBy(plannerOf(guide), 2.5), traceSeed: 7}
    expect(encodeScenario(repeat)).toBe('v=1&preset=guide-agg&planner-phase=2.5&trace-seed=7')
    const bad = decodeScenario('v=1&preset=guide-agg&planner-phase=-1&trace-seed=1.5')
    expect(bad).toEqual({scenario: guide, run: false, ignored: ['planner-phase=-1', 'trace-seed=1.5']})
    expect(decodeScenario('v=1&preset=guide-agg&planner-phase=0').scenario).toEqual(guide)
  })

  it('say what a result is judged by, and the GPUs of an instance', () => {
    const guide = PRESETS[0]!.scenario
    const link = 'v=1&preset=guide-agg&gpus=4&objective=ttft:900,itl:40,share:0.9'
    const {scenario, ignored} = decodeScenario(link)
    expect(ignored).toEqual([])
    expect(scenario.objective).toEqual({ttftMs: 900, itlMs: 40, share: 0.9})
    expect(scenario.fleet).toMatchObject({workers: {gpusPerInstance: 4}})
    expect(encodeScenario(scenario)).toBe(link)
    const bad = decodeScenario('v=1&preset=guide-agg&gpus=0&objective=ttft:900,itl:40,share:95')
    expect(bad).toEqual({
      scenario: guide,
      run: false,
      ignored: ['gpus=0', 'objective=ttft:900,itl:40,share:95'],
    })
  })

  it.each(OTHER_POLICIES)('carry the policy %s with its settings', policy => {
    const guide = PRESETS[0]!.scenario
    const scenario: Scenario = {...guide, scaling: initialScaling(policy)}
    const link = encodeScenario(scenario)
    expect(link).toContain(`&policy=${policy}&policy-config=`)
    expect(decodeScenario(link)).toEqual({scenario, run: false, ignored: []})
  })

  it('give way to a policy’s first settings where theirs are refused', () => {
    const {scenario, ignored} = decodeScenario('v=1&policy=hpa&policy-config={"pools":{}}&planner.ttft=900')
    expect(scenario.scaling).toEqual(initialScaling('hpa'))
    expect(ignored).toEqual(['policy-config={"pools":{}}', 'planner.ttft=900'])
    expect(decodeScenario('v=1&policy=mine').ignored).toEqual(['policy=mine'])
  })

  it('ask to be run only when they say so', () => {
    expect(decodeScenario('#v=1&run=1').run).toBe(true)
    expect(decodeScenario('#v=1&run=true').run).toBe(false)
  })

  it('fall back field by field and name what was ignored', () => {
    const {scenario, ignored} = decodeScenario(
      '#v=1&preset=guide-agg&engine.num_gpu_blocks=0&engine.startup_time=60&engine.block_size=48&planner.ttft=-5' +
        '&planner.itl=20&workers=none&bogus=1&trace=../../etc',
    )
    if (scenario.fleet.topology !== 'agg') throw new Error('expected an aggregated fleet')
    expect(scenario.fleet.workers.args).toMatchObject({
      num_gpu_blocks: 16384,
      startup_time: 60,
      block_size: 64,
    })
    expect(plannerOf(scenario)).toMatchObject({ttft: 1500, itl: 20})
    expect(scenario.trace).toEqual({kind: 'catalogue', id: 'toolagent-hour'})
    expect([...ignored].sort()).toEqual([
      'bogus=1',
      'engine.block_size=48',
      'engine.num_gpu_blocks=0',
      'planner.ttft=-5',
      'trace=../../etc',
      'workers=none',
    ])
  })

  it('resolve contradictions between planner fields', () => {
    const {scenario, ignored} = decodeScenario(
      'v=1&preset=guide-agg&planner.throughput_adjustment_interval=5',
    )
    expect(plannerOf(scenario)?.throughput_adjustment_interval).toBe(300)
    expect(ignored).toEqual(['planner.throughput_adjustment_interval=5'])
  })

  it.each([
    '__proto__=1&constructor=2&engine.__proto__=3&planner.__proto__=4&engine.constructor=5&preset=__proto__',
    'v=1&engine.num_gpu_blocks=1e999&seed=99999999999999999999&workers=-1&speedup=0',
    '%%%&=&&a=%ff&v=%',
    `v=1&file=${'x'.repeat(300)}&sha256=zz`,
    'x'.repeat(30_000),
    'v=2&topology=ring',
  ])('shrug off %s', hash => {
    const {scenario} = decodeScenario(hash)
    expect(scenario).toEqual(defaultScenario())
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('never throw, whatever they hold', () => {
    const keys = fc.oneof(
      fc.constantFrom('v', 'preset', 'topology', 'planner', 'workers', 'speedup', 'trace', 'seed', 'timing'),
      fc
        .tuple(
          fc.constantFrom('engine.', 'prefill.', 'decode.', 'planner.', 'engine.sglang.'),
          fc.constantFrom(
            ...ENGINE_FIELDS.map(f => f.key),
            ...PLANNER_FIELDS.map(f => f.key),
            ...SGLANG_FIELDS.map(f => f.key),
            '__proto__',
          ),
        )
        .map(([prefix, key]) => prefix + key),
      fc.string(),
    )
    const values = fc.oneof(
      fc.constantFrom('none', '', 'on', 'off', 'true', 'disagg', 'sla', 'sglang', 'guide-agg'),
      fc.double().map(String),
      fc.integer().map(String),
      fc.string({unit: 'binary'}),
    )
    const hash = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.array(fc.tuple(keys, values)).map(pairs => pairs.map(pair => pair.join('=')).join('&')),
    )
    fc.assert(
      fc.property(hash, text => {
        const once = decodeScenario(text)
        // What a link gives is a scenario a link can carry.
        expect(decodeScenario(encodeScenario(once.scenario)).scenario).toEqual(once.scenario)
      }),
      {numRuns: 2000},
    )
  })
})
