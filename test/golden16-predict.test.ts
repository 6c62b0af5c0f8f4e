import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {runCli} from '../src/cli/run-cli.ts'
import {PROJECT} from './support/shared.ts'

/** `predict` against `aisimulate predict --stack dynamo` of 1.6.1: the whole report, what was scaled when, each instance's life. */

const FOLDER = join(PROJECT, 'test/golden16/predict')
const TRACE = join(PROJECT, 'static-traces/toolagent-5min.jsonl.gz')
const scratch = mkdtempSync(join(tmpdir(), 'predict-'))
afterAll(() => rmSync(scratch, {recursive: true}))

const cases = readdirSync(FOLDER).filter(name => name.endsWith('.yaml'))

test.each(cases)('%s', {timeout: 120_000}, async name => {
  const golden = JSON.parse(readFileSync(join(FOLDER, name.replace('.yaml', '.json')), 'utf8'))
  const isTraced = readFileSync(join(FOLDER, name), 'utf8').includes('paths:')
  const output = join(scratch, name)
  const errors: string[] = []
  const code = await runCli(
    [
      ...['predict', '-c', join(FOLDER, name), '--output-dir', output],
      ...(isTraced ? ['--set', `traffic.source.paths=[${JSON.stringify(TRACE)}]`] : []),
    ],
    {writeOut: () => {}, writeError: text => errors.push(text), isTerminal: false},
  )
  expect({code, errors: errors.filter(line => !line.startsWith('note: '))}).toEqual({code: 0, errors: []})
  const made = JSON.parse(readFileSync(join(output, 'prediction.json'), 'utf8'))
  expect(differences(golden, made, '')).toEqual([])
})

/** Where what was made differs from what the reference has: numbers to 1e-9, everything else exactly. */
function differences(want: unknown, got: unknown, path: string): string[] {
  if (typeof want === 'number' && typeof got === 'number')
    return Math.abs(want - got) <= 1e-9 * Math.max(Math.abs(want), 1) ? [] : [`${path}: ${got} for ${want}`]
  if (typeof want !== 'object' || want === null || typeof got !== 'object' || got === null)
    return want === got ? [] : [`${path}: ${JSON.stringify(got)} for ${JSON.stringify(want)}`]
  if (Array.isArray(want) && path !== '.planner.ticks' && want.length !== (got as unknown[]).length)
    return [`${path}: ${(got as unknown[]).length} entries for ${want.length}`]
  return Object.entries(want).flatMap(([key, value]) =>
    differences(value, (got as Readonly<Record<string, unknown>>)[key], `${path}.${key}`),
  )
}
