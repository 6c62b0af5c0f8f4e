import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {integerOf, numberOf, parseArguments} from './arguments.ts'
import {FLAGS} from './flag-table.ts'

function parsed(...argv: string[]) {
  const result = parseArguments(argv)
  if (!result.ok) throw new Error(result.error.message)
  return {positionals: result.value.positionals, flags: Object.fromEntries(result.value.flags)}
}

function message(...argv: string[]): string {
  const result = parseArguments(argv)
  return result.ok ? 'accepted' : result.error.message
}

describe('arguments', () => {
  it('come in any order, with = or apart, the last one winning', () => {
    expect(parsed('--num-workers', '2', 'trace.jsonl', '--seed=3', '--num-workers=4', '--json')).toEqual({
      positionals: ['trace.jsonl'],
      flags: {'--num-workers': '4', '--seed': '3', '--json': ''},
    })
  })

  it('may be shortened while they stay unambiguous', () => {
    expect(parsed('--num-w', '2').flags).toEqual({'--num-workers': '2'})
    expect(message('--num', '2')).toMatch(/^ambiguous option: --num could match --num-workers, /)
  })

  it('take negative numbers and texts with blanks as values', () => {
    expect(parsed('--num-workers', '-1').flags).toEqual({'--num-workers': '-1'})
    expect(parsed('--planner-config', '-a: 1').flags).toEqual({'--planner-config': '-a: 1'})
    expect(parsed('--', '--odd-name').positionals).toEqual(['--odd-name'])
  })

  it.each([
    [['--num-workers', 'x'], "argument --num-workers: invalid int value: 'x'"],
    [['--num-workers', '1.5'], "argument --num-workers: invalid int value: '1.5'"],
    [['--arrival-speedup-ratio', 'fast'], "argument --arrival-speedup-ratio: invalid float value: 'fast'"],
    [['--arrival-speedup-ratio', 'inf'], "argument --arrival-speedup-ratio: invalid float value: 'inf'"],
    [['--num-workers'], 'argument --num-workers: expected one argument'],
    [['--report-json', '--json'], 'argument --report-json: expected one argument'],
    [['--json=yes'], "argument --json: ignored explicit argument 'yes'"],
    [
      ['--router-mode', 'random'],
      "argument --router-mode: invalid choice: 'random' (choose from 'round_robin', 'kv_router')",
    ],
    [['--num-wrokers', '2'], 'unrecognized arguments: --num-wrokers (did you mean --num-workers?)'],
    [['-x'], 'unrecognized arguments: -x'],
  ])('%j are refused', (argv, text) => {
    expect(message(...argv)).toBe(text)
  })

  it('never throw', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...FLAGS.map(flag => flag.name), '--', '-', '=', '-1'))
    fc.assert(
      fc.property(fc.array(word), argv => {
        const result = parseArguments(argv)
        if (!result.ok) expect(result.error.message).not.toBe('')
      }),
      {numRuns: 10_000},
    )
  })
})

// As CPython's int() and float() take them.
it('reads numbers as Python does', () => {
  expect([' 7 ', '+7', '1_000', '-3', '', '1e3', '0x10', '1__0'].map(integerOf)).toEqual([
    7,
    7,
    1000,
    -3,
    null,
    null,
    null,
    null,
  ])
  expect(['.5', '5.', '1e3', '-1_0.5', 'nan', '', '.', '1e'].map(numberOf)).toEqual([
    0.5,
    5,
    1000,
    -10.5,
    null,
    null,
    null,
    null,
  ])
})
