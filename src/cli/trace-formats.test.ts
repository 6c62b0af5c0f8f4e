import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {captureCli} from './cli-fixture.ts'
import {runCli} from './run-cli.ts'

let folder = ''

const FILES = {
  'azure.csv': `TIMESTAMP,ContextTokens,GeneratedTokens\n${Array.from({length: 50}, (_, i) => `2023-11-16 18:17:${String(i).padStart(2, '0')}.25,${500 + i},9`).join('\n')}\n`,
  'odd.csv': 'when,in,out\n0,100,5\n400,200,6\n',
  'agentic.jsonl': `${JSON.stringify({
    num_turns: 1,
    input_prompt_length: 700,
    assistant_response_length: [20],
    tool_call_output_length: [300],
    tool_call_latency: [0.5],
    final_assistant_response_length: 10,
  })}\n`.repeat(10),
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'planner-replay-formats-'))
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
})

afterAll(() => rmSync(folder, {recursive: true}))

async function replay(name: string, ...flags: string[]) {
  const report = join(folder, 'report.json')
  rmSync(report, {force: true})
  let error = ''
  const code = await runCli([join(folder, name), ...flags, '--report-json', report], {
    writeOut: () => {},
    writeError: text => {
      error += text
    },
    isTerminal: false,
  })
  const read = () => JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
  return {code, error, report: code === 0 ? read() : {}}
}

/** What a run says on both streams. */
const told = (name: string, ...flags: string[]) =>
  captureCli(join(folder, name), ...flags, '--report-json', join(folder, 'report.json'))

describe('trace formats on the command line', () => {
  it('replays a CSV of lengths and says what it lacks', async () => {
    const {code, error, report} = await replay('azure.csv')
    expect(code).toBe(0)
    expect(error).toContain('lengths only')
    expect(report.completed_requests).toBe(50)
    expect(report.prefix_cache_reused_ratio).toBe(0)
  })

  it('cuts a window, a sample and a number of requests', async () => {
    const window = ['--trace-start-s', '10', '--trace-end-s', '30']
    expect((await replay('azure.csv', ...window)).report.completed_requests).toBe(20)
    expect((await replay('azure.csv', ...window, '--trace-limit', '5')).report.completed_requests).toBe(5)
    const sampled = (await replay('azure.csv', '--trace-sample', '0.5')).report.completed_requests!
    expect(sampled).toBeGreaterThan(10)
    expect(sampled).toBeLessThan(40)
    expect((await replay('azure.csv', '--trace-start-s', '99')).error).toContain('no request is left')
  })

  it('takes columns by name', async () => {
    expect(await replay('odd.csv')).toMatchObject({code: 2})
    const columns = ['--trace-columns', 'timestamp=when,input=in,output=out,unit=ms']
    expect((await replay('odd.csv', ...columns)).report.total_input_tokens).toBe(300)
  })

  it('replays agentic sessions in a closed loop, told or not', async () => {
    const closed = ['--replay-concurrency', '3']
    const detected = await replay('agentic.jsonl', ...closed)
    expect(detected.report.completed_requests).toBe(20)
    const told = await replay('agentic.jsonl', ...closed, '--trace-format', 'applied_compute_agentic')
    expect(told.report.duration_ms).toBe(detected.report.duration_ms)
    const open = await replay('agentic.jsonl')
    expect(open.code).toBe(2)
    expect(open.error).toContain('requires --replay-concurrency')
    const shared = ['--trace-shared-prefix-ratio', '0.5', '--trace-num-prefix-groups', '2']
    const reuse = (await replay('agentic.jsonl', ...closed, ...shared)).report.prefix_cache_reused_ratio!
    expect(reuse).toBeGreaterThan(detected.report.prefix_cache_reused_ratio!)
  })

  it('reads several shards as one trace', async () => {
    const rows = FILES['azure.csv'].split('\n')
    writeFileSync(join(folder, 'a.csv'), rows.slice(0, 21).join('\n'))
    writeFileSync(join(folder, 'b.csv'), [rows[0], ...rows.slice(21)].join('\n'))
    const whole = await replay('azure.csv')
    const shards = await replay('a.csv', join(folder, 'b.csv'))
    expect(shards.report).toMatchObject({completed_requests: 50, duration_ms: whole.report.duration_ms})
  })

  it('leaves out and counts what no instance can hold', async () => {
    const row = (timestamp: number, tokens: number) =>
      `${JSON.stringify({timestamp, input_length: tokens, output_length: 5, hash_ids: Array.from({length: Math.ceil(tokens / 512)}, (_, i) => i)})}\n`
    writeFileSync(join(folder, 'long.jsonl'), row(0, 500) + row(1000, 9000) + row(2000, 500))
    const {code, error, report} = await replay('long.jsonl', '--extra-engine-args', '{"num_gpu_blocks":64}')
    expect(code).toBe(0)
    expect(report.completed_requests).toBe(2)
    expect(error).toContain('1 of 3 requests is larger than the KV cache of one instance (4096 tokens')
    const kept = await replay(
      'long.jsonl',
      '--extra-engine-args',
      '{"num_gpu_blocks":64}',
      '--trace-oversize',
      'keep',
    )
    expect([kept.code, kept.error]).toEqual([1, expect.stringContaining('raise num_gpu_blocks')])
  })

  it('sets a measured run beside the simulated one, and calibrates by it', async () => {
    const requests = join(folder, 'requests.jsonl')
    await replay('azure.csv', '--per-request-jsonl', requests, '--extra-engine-args', '{"speedup_ratio":0.5}')
    const rows = readFileSync(requests, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const table = rows.map(r => [
      r.arrival_ms,
      r.input_length,
      r.output_length,
      r.ttft_ms + 7,
      r.e2e_latency_ms + 7,
    ])
    const header = 'start_ms,input_tokens,output_tokens,ttft_ms,e2e_ms\n'
    writeFileSync(join(folder, 'measured.csv'), header + table.map(cells => cells.join(',')).join('\n'))
    // The prompts are nearly alike, so that a slow prefill and an overhead cannot be told apart.
    const asked = ['--measured', join(folder, 'measured.csv'), '--calibrate']
    const {out} = await told('azure.csv', ...asked)
    expect(out).toContain('50 measured and 50 simulated requests, paired in order of arrival')
    expect(out).toMatch(/TTFT {5,}mean +\d/)
    expect(out).toMatch(
      /Calibration accepted\. On .* with pass times of prompts × 1, of decoding × 2, [\d.]+ ms of overhead/,
    )
    expect(out).toContain("--calibration 'overhead:")
    const ratios = /speedup_ratio ([\d.]+), decode_speedup_ratio ([\d.]+)/.exec(out)!
    const args = {speedup_ratio: Number(ratios[1]), decode_speedup_ratio: Number(ratios[2])}
    const calibrated = await told(
      'azure.csv',
      ...['--calibration', /--calibration '([^']+)'/.exec(out)![1]!],
      ...['--extra-engine-args', JSON.stringify(args)],
    )
    const plain = (await replay('azure.csv')).report
    expect(calibrated.out).toContain(
      `inter-token latency mean ${plain.mean_itl_ms!.toFixed(2)} ms, p90 ${plain.p90_itl_ms!.toFixed(2)} ms; request latency`,
    )
    expect(calibrated.out).toContain('Without the calibration, in a second run: time to first token mean')
    expect(calibrated.out).toMatch(
      /Calibrated by measured\.csv, [\d.]+ ms a request outside the engine: time to first token mean/,
    )
    expect((await told('azure.csv', '--calibrate')).error).toContain('--calibrate needs --measured')
    expect((await told('azure.csv', '--measured', join(folder, 'odd.csv'))).error).toContain(
      'no column is known',
    )
  })

  it('names the format that was told wrongly', async () => {
    const {code, error} = await replay('azure.csv', '--trace-format', 'mooncake')
    expect(code).toBe(2)
    expect(error).toMatch(/failed to parse line 1 from .*azure\.csv as JSON/)
  })
})
