import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseArguments} from './command-line/arguments.ts'
import {flagsFromScenario} from './command-line/command-line.ts'
import {scenarioFromFlags} from './command-line/scenario-from-flags.ts'
import type {FieldValue} from './field-text.ts'
import {decodeScenario, encodeScenario} from './link/url-codec.ts'
import {POOL_FIELDS} from './pool-fields.ts'
import {defaultScenario} from './presets.ts'
import {withRelease} from './releases/with-release.ts'
import type {Scenario} from './scenario.ts'
import type {ScenarioField} from './scenario-field.ts'
import {flagOf, SCENARIO_FIELDS} from './scenario-fields.ts'
import {TRACE_FORMATS} from './trace-options.ts'

const name = fc.constantFrom('ts', 'Request tokens', 'a=b', 'ünicode', 'x_1')

const options = fc.record(
  {
    traceFormat: fc
      .record(
        {
          // The scenario is of 1.2.1, which has no turns that hold only what is new.
          // Those are of 1.6.1, and agentic traces of no closed loop.
          format: fc.constantFrom(
            ...TRACE_FORMATS.filter(format => format !== 'mooncake-delta' && format !== 'agentic_mooncake'),
          ),
          columns: fc.record({timestamp: name, unit: fc.constantFrom('s' as const, 'ms' as const)}),
          sharedPrefixRatio: fc.double({min: 0, max: 1, noNaN: true}).map(Math.abs),
          numPrefixGroups: fc.nat(100),
        },
        {requiredKeys: []},
      )
      .filter(value => Object.keys(value).length > 0),
    traceSelection: fc
      .record(
        {
          startS: fc.integer({min: 0, max: 50}),
          endS: fc.double({min: 51, max: 1e6, noNaN: true}),
          limit: fc.integer({min: 1, max: 1e6}),
          sample: fc.double({min: 1e-9, max: 1, noNaN: true}),
        },
        {requiredKeys: []},
      )
      .filter(value => Object.keys(value).length > 0),
    traceSeed: fc.integer({min: 0, max: 2 ** 32 - 1}),
  },
  {requiredKeys: []},
)

describe('trace options', () => {
  it('come back from links and from command lines', () => {
    fc.assert(
      fc.property(options, given => {
        const scenario = {...defaultScenario(), ...given}
        const decoded = decodeScenario(encodeScenario(scenario))
        expect(decoded.ignored).toEqual([])
        expect(decoded.scenario).toEqual(scenario)
        // The reference asks for a closed loop where first turns have no timestamps.
        const run = {...scenario, replayConcurrency: 4}
        const args = parseArguments([...flagsFromScenario(run, {trace: 't'}).ours])
        if (!args.ok) throw new Error(args.error.message)
        const {trace} = run
        const described = scenarioFromFlags(args.value, {trace, plannerConfig: undefined})
        expect(described.ok && described.value.scenario).toMatchObject(given)
      }),
      {numRuns: 300},
    )
  })

  it('leaves out of a link what it cannot use, and keeps the rest', () => {
    const link = 'v=1&trace-format=nonsense&trace-start-s=100&trace-end-s=50&trace-limit=7&trace-columns=foo'
    const {scenario, ignored} = decodeScenario(link)
    expect(scenario.traceSelection).toEqual({startS: 100, limit: 7})
    expect(scenario.traceFormat).toBe(undefined)
    expect(ignored).toEqual(['trace-format=nonsense', 'trace-columns=foo', 'trace-end-s=50'])
  })

  it.each([
    [['--trace-sample', '2'], '--trace-sample: trace sample must be a share above 0 and up to 1, got 2'],
    [
      ['--trace-start-s', '9', '--trace-end-s', '9'],
      '--trace-end-s: trace end must be after the start at 9 s',
    ],
    [['--trace-limit', '0'], '--trace-limit: trace limit must be a whole number of requests from 1, got 0'],
    [['--trace-columns', 'x'], '--trace-columns: trace columns must read timestamp=NAME'],
    [['--trace-shared-prefix-ratio', '1.5'], '--trace-shared-prefix-ratio must be at most 1, got 1.5'],
  ])('%j is refused by name', (argv, message) => {
    const args = parseArguments(['t', ...argv])
    if (!args.ok) throw new Error(args.error.message)
    const described = scenarioFromFlags(args.value, {
      trace: defaultScenario().trace,
      plannerConfig: undefined,
    })
    expect(described.ok ? '' : described.error.message).toContain(message)
  })
})

describe('every field', () => {
  const planner = {mode: 'agg', optimization_target: 'throughput'}
  const base = scenarioOf(['t', '--engine-timing', 'polynomial'])

  function scenarioOf(argv: readonly string[]): Scenario {
    const args = parseArguments(argv)
    if (!args.ok) throw new Error(args.error.message)
    const described = scenarioFromFlags(args.value, {trace: defaultScenario().trace, plannerConfig: planner})
    if (!described.ok) throw new Error(described.error.message)
    return described.value.scenario
  }

  /** A scenario that may have the field. */
  function baseFor({only}: ScenarioField): Scenario {
    return only === undefined ? base : withRelease(base, only).scenario
  }

  /** Another value than the one a scenario begins with. */
  function otherValue(field: ScenarioField): FieldValue {
    if (field.key === 'objective') return 'ttft:900,itl:40,share:0.9'
    if (field.key === 'calibration')
      return 'overhead:24.1,requests:118,before:0.31,after:0.06,of:run, last.jsonl'
    if (field.key === 'trace_leave_out') return '3,17'
    if (field.key === 'trace_columns') return 'timestamp=ts'
    if (field.key === 'performance_model_metadata')
      return '{"aggregated":{"model":"m","backend":"vllm","system":"h200_sxm","worker_type":"aggregated","tp":2}}'
    if (field.key === 'startup') return 'lognormal(median=1min,p95=3min)'
    if (field.type === 'choice') return field.choices.find(choice => choice !== field.default) ?? null
    if (field.type !== 'integer' && field.type !== 'number') throw new Error(`no value for ${field.key}`)
    return field.max === 1 ? 0.5 : field.default === 7 ? 8 : 7
  }

  it.each(SCENARIO_FIELDS.map(field => [field.key, field] as const))(
    '%s is read where it is written',
    (_, field) => {
      const value = otherValue(field)
      const base = baseFor(field)
      const written = field.write(base, value)
      expect(written.ok && field.read(written.value)).toBe(value)
      expect(field.read(base)).toBe(field.default)
      const back = written.ok ? field.write(written.value, field.default) : written
      expect(back).toEqual({ok: true, value: base})
    },
  )

  it.each(
    SCENARIO_FIELDS.filter(({key}) => key !== 'engine_timing').map(field => [field.key, field] as const),
  )(
    '%s comes back from a link and from a command line, and only what the reference has gets into its own',
    (_, field) => {
      const written = field.write(baseFor(field), otherValue(field))
      if (!written.ok) throw new Error(written.error.message)
      const link = decodeScenario(encodeScenario(written.value))
      expect(link.ignored).toEqual([])
      expect(field.read(link.scenario)).toBe(otherValue(field))
      const {ours, reference} = flagsFromScenario(written.value, {trace: 't'})
      expect(ours).toContain(flagOf(field))
      expect(reference.includes(flagOf(field))).toBe(field.owner === 'reference')
    },
  )

  it('has one limit wherever it is given', () => {
    const most = POOL_FIELDS[0]!.max
    expect(most).toBe(100_000)
    expect(decodeScenario(`v=1&workers=${most}`).ignored).toEqual([])
    expect(decodeScenario(`v=1&workers=${most + 1}`).ignored).toEqual([`workers=${most + 1}`])
    expect(() => scenarioOf(['t', '--num-workers', String(most + 1)])).toThrow(
      `num_workers must be at most ${most}`,
    )
  })
})
