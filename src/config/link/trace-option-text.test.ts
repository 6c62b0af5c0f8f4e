import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {parseArguments} from '../command-line/arguments.ts'
import {flagsFromScenario} from '../command-line/command-line.ts'
import {scenarioFromFlags} from '../command-line/flags.ts'
import {defaultScenario} from '../presets.ts'
import {TRACE_FORMATS} from '../trace-options.ts'
import {formatTraceOptions, parseTraceOptions} from './trace-option-text.ts'
import {decodeScenario, encodeScenario} from './url-codec.ts'

const name = fc.constantFrom('ts', 'Request tokens', 'a=b', 'ünicode', 'x_1')

const options = fc.record(
  {
    traceFormat: fc
      .record(
        {
          format: fc.constantFrom(...TRACE_FORMATS),
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
  it('come back from their texts, from links and from command lines', () => {
    fc.assert(
      fc.property(options, given => {
        const read = parseTraceOptions(formatTraceOptions(given))
        expect(read).toEqual({ok: true, value: given})
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
    [['--trace-shared-prefix-ratio', '1.5'], '--trace-shared-prefix-ratio must be a share from 0 to 1'],
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
