import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {captureCli} from '../cli-fixture.ts'
import {runCli} from '../run-cli.ts'

let folder = ''
const home = process.cwd()

const ENGINE = `engine:
  model: Qwen/Qwen3-8B
  hardware: h200_sxm
  workers: {aggregated: {timing: {type: polynomial}}}
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'predict-command-'))
  process.chdir(folder)
  writeFileSync('plain.yaml', ENGINE)
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, {recursive: true})
})

const predict = (...argv: string[]) => captureCli('predict', ...argv)

/** The complaint about a file with one more `--set`. */
async function complaint(...settings: string[]): Promise<string> {
  const {code, error} = await predict('-c', 'plain.yaml', ...settings.flatMap(setting => ['--set', setting]))
  expect(code).toBe(2)
  return error
}

describe('planner-replay predict', () => {
  it('writes prediction.json, with every request on demand, and prints the figures', async () => {
    const run = await predict(
      '-c',
      'plain.yaml',
      '--output-dir',
      'out',
      '--capture-per-request',
      '--format',
      'json',
    )
    expect(run.code).toBe(0)
    const {summary, per_request, coverage, planner} = JSON.parse(readFileSync('out/prediction.json', 'utf8'))
    expect(JSON.parse(run.out)).toEqual(summary)
    expect([summary.num_requests, per_request.length, coverage.per_request_records, planner]).toEqual([
      100,
      100,
      100,
      null,
    ])
    expect(readFileSync('out/requests.jsonl', 'utf8').split('\n')).toHaveLength(101)
  })

  it('leaves a folder in use alone unless it is told otherwise', async () => {
    writeFileSync('used.txt', '')
    expect((await predict('-c', 'plain.yaml', '--output-dir', '.')).error).toMatch(/not empty; --overwrite/)
    expect(existsSync('prediction.json')).toBe(false)
    expect((await predict('-c', 'plain.yaml', '--output-dir', '.', '--overwrite')).code).toBe(0)
  })

  it('sets values by their path', async () => {
    const run = await predict(
      ...['-c', 'plain.yaml', '--output-dir', 'set', '--format', 'json'],
      ...[
        '--set',
        'traffic={source: {type: synthetic, output_tokens: 5}, load: {type: constant_rate, requests_per_second: 4.0}, stop: {requests: 7}}',
      ],
      ...['--set', 'traffic.source.input_tokens=300'],
    )
    const {num_requests, total_input_tokens, total_output_tokens} = JSON.parse(run.out)
    expect([num_requests, total_input_tokens, total_output_tokens]).toEqual([7, 2100, 35])
    expect(await complaint('engine')).toMatch(/--set engine: write PATH=VALUE/)
    expect(await complaint('engine.model.x=1')).toMatch(/leads through a value that is no mapping/)
    expect(await complaint('traffic.source.paths.0=a')).toMatch(/places of a list/)
  })

  it('names keys it does not know and values of the wrong kind', async () => {
    expect(await complaint('engine.workers.aggregated.schedular={}')).toMatch(
      /plain.yaml: engine.workers.aggregated.schedular is not a key of this file \(did you mean scheduler\?\)/,
    )
    expect(await complaint('engine.workers.aggregated.startup_seconds=soon')).toMatch(
      /startup_seconds: invalid type: string "soon", expected f64/,
    )
    expect(await complaint('engine.workers.aggregated.parallelism.replicas=0')).toMatch(
      /replicas must be above 0, got 0/,
    )
    expect(await complaint('optimizer={}')).toMatch(/optimizer is for recommend/)
    expect(await complaint('planner={policy: enabled, target: sla}')).toMatch(/needs evaluation.sla.ttft_ms/)
    expect(await complaint('planner={policy: enabled, target: best}')).toMatch(/optimization_target/)
  })

  it.each([
    ['engine.mode=afd', 'engine.mode'],
    ['engine.nextn=2', 'engine.nextn'],
    ['engine.database_mode=HYBRID', 'engine.database_mode'],
    ['engine.workers.encoder={}', 'engine.workers.encoder'],
    ['engine.workers.aggregated.kv_cache.host_offload={num_host_blocks: 5}', 'kv_cache.host_offload'],
    ['engine.workers.aggregated.parallelism.pipeline=2', 'parallelism.pipeline'],
    ['engine.workers.aggregated.timing={estimation_mode: fpm_regression}', 'timing.estimation_mode'],
  ])('refuses %s by name', async (setting, name) => {
    const said = await complaint(setting)
    expect(said).toContain(name)
    expect(said).toMatch(/not simulated here/)
  })

  it('asks for the context length of a model it does not know', async () => {
    const unknown = 'engine.model=meta-llama/Llama-3.1-8B-Instruct'
    expect(await complaint(unknown)).toMatch(/engine.context_length: .* max_position_embeddings/)
    const told = await predict(
      '-c',
      'plain.yaml',
      '--output-dir',
      'told',
      '--set',
      unknown,
      '--set',
      'engine.context_length=8192',
    )
    expect(told.code).toBe(0)
  })

  it('takes the configuration that a replay writes of itself, and gives the same figures', async () => {
    const written: string[] = []
    const terminal = {
      writeOut: (text: string) => written.push(text),
      writeError: () => {},
      isTerminal: false,
    }
    const engine = {
      worker_type: 'aggregated',
      num_gpu_blocks: 900,
      timing_model: {type: 'external', provider: 'ais'},
    }
    const config = {model: 'Qwen/Qwen3-8B', backend: 'vllm', system: 'h200_sxm', worker_type: 'aggregated'}
    const args = JSON.stringify({
      engine: {...engine, max_model_len: 9000, timing_model: {...engine.timing_model, config}},
    })
    const traffic = [
      '--input-tokens',
      '900',
      '--output-tokens',
      '30',
      '--request-count',
      '40',
      '--request-rate',
      '9',
    ]
    const flags = [
      '--extra-engine-args',
      args,
      '--num-workers',
      '2',
      '--prediction-yaml',
      'run.yaml',
      '--json',
    ]
    expect(await runCli([...traffic, ...flags], terminal)).toBe(0)
    const {mean_ttft_ms, gpu_hours} = JSON.parse(written.join(''))
    const again = await predict('-c', 'run.yaml', '--output-dir', 'again', '--format', 'json')
    expect(JSON.parse(again.out)).toMatchObject({mean_ttft_ms, gpu_hours})
    expect(await runCli([...traffic.slice(0, 6), '--prediction-yaml', 'x.yaml'], terminal)).toBe(2)
  })

  it('says what it takes', async () => {
    expect((await predict('--help')).out).toMatch(/^usage: planner-replay predict/)
    expect((await predict()).error).toMatch(/required: -c/)
    expect((await predict('-c', 'none.yaml')).error).toMatch(/none.yaml: cannot be read/)
    expect((await predict('-c', 'plain.yaml', '--stack', 'engine')).error).toMatch(/engine is not simulated/)
    expect((await predict('-c', 'plain.yaml', '--ouput-dir', 'x')).error).toMatch(/did you mean --output-dir/)
  })
})
