import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {runCli} from '../src/cli/run-cli.ts'

const golden = fileURLToPath(new URL('golden/agentic/', import.meta.url))
const FLAGS = ['--trace-format', 'applied_compute_agentic', '--replay-concurrency', '6', '--num-workers', '2']
const SHARED = ['--trace-shared-prefix-ratio', '0.4', '--trace-num-prefix-groups', '3']

describe('applied_compute_agentic traces', () => {
  test.each([
    ['plain', FLAGS],
    ['shared', [...FLAGS, ...SHARED]],
  ])('%s: every number is the reference’s', async (name, flags) => {
    const folder = mkdtempSync(join(tmpdir(), 'planner-replay-agentic-'))
    const report = join(folder, 'report.json')
    const silent = {writeOut: () => {}, writeError: () => {}, isTerminal: false}
    const code = await runCli([join(golden, 'sessions.jsonl'), ...flags, '--report-json', report], silent)
    expect(code).toBe(0)
    const ours = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    const theirs = JSON.parse(readFileSync(join(golden, `${name}.json`), 'utf8')) as Record<string, number>
    rmSync(folder, {recursive: true})
    expect(Object.keys(theirs).length).toBeGreaterThan(50)
    for (const [key, value] of Object.entries(theirs)) {
      // Means are sums in an order the reference leaves open.
      expect(Math.abs(ours[key]! - value), key).toBeLessThanOrEqual(1e-9 * Math.abs(value))
    }
  })
})
