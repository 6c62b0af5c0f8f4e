import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {runCli} from './run-cli.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-perf-'))
})

afterAll(() => rmSync(folder, {recursive: true}))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function perf(...argv: readonly string[]): Promise<{code: number; out: string; error: string}> {
  let out = ''
  let error = ''
  const code = await runCli(['perf', ...argv], {
    writeOut: text => (out += text),
    writeError: text => (error += text),
    isTerminal: false,
  })
  return {code, out, error}
}

const ENGINE = {system: 'h200_sxm', backend: 'vllm', model: 'nvidia/Llama-3.1-8B-Instruct-FP8', tp: 1}
const PREFILL = {kind: 'prefill', batch_size: 1, effective_isl: 128, prefix: 0}
const DECODE = {kind: 'decode', batch_size: 4, isl: 1300, osl: 2}
const NO_DATA = {...PREFILL, tp: 3}

describe('perf', () => {
  it('answers the points of a file in their own structure', async () => {
    const {code, out, error} = await perf(
      file('points.json', {...ENGINE, points: [PREFILL, DECODE, NO_DATA]}),
    )
    expect({code, error}).toEqual({code: 0, error: ''})
    expect(JSON.parse(out)).toEqual({
      ...ENGINE,
      points: [
        {...PREFILL, latency_ms: 4.7256785333404325},
        {...DECODE, latency_ms: 3.567413646801974},
        {...NO_DATA, latency_ms: null, error: 'AssertionError'},
      ],
    })
  })

  it('reads standard input without a file and with -', () => {
    const input = JSON.stringify([{...ENGINE, ...DECODE}])
    for (const argv of [['perf'], ['perf', '-']]) {
      const {status, stdout, stderr} = spawnSync(process.execPath, ['tools/replay.mjs', ...argv], {
        input,
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(JSON.parse(stdout)).toEqual([{...ENGINE, ...DECODE, latency_ms: 3.567413646801974}])
    }
    // It may have to build the command first.
  }, 60_000)

  it.each([
    [['gone.json'], 'cannot read gone.json: no such file'],
    [['a.json', 'b.json'], 'perf takes one file of points, got 2'],
    [['--jobs'], 'perf has no flag --jobs'],
  ])('%j ends with one sentence and code 2', async (argv, words) => {
    const {code, out, error} = await perf(...argv)
    expect(error).toContain(words)
    expect(error).toMatch(/^planner-replay: error: [^\n]+\n$/)
    expect({code, out}).toEqual({code: 2, out: ''})
  })

  it.each([
    ['not JSON', '{"points": [', 'is not JSON'],
    ['no points', {...ENGINE}, 'expected an array of points'],
    ['an unknown GPU', {...ENGINE, system: 'h2000', points: [PREFILL]}, 'did you mean h200_sxm'],
    ['an unknown model', {...ENGINE, model: 'llama', points: [PREFILL]}, 'the nearest known one is'],
    [
      'a point without a batch',
      {...ENGINE, points: [{...PREFILL, batch_size: undefined}]},
      '"batch_size" is missing',
    ],
  ])('%s names the file and the fault', async (name, content, words) => {
    const {code, error} = await perf(file('bad.json', content))
    expect(error, name).toMatch(/^planner-replay: error: .*bad\.json[^\n]+\n$/)
    expect(error).toContain(words)
    expect(code).toBe(2)
  })

  it('prints its help', async () => {
    const {code, out} = await perf('--help')
    expect(code).toBe(0)
    expect(out).toContain('usage: planner-replay perf [FILE]')
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(104)
  })
})
