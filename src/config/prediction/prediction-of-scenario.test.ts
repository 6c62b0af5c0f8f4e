import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {ok, type Result} from '../../core/result.ts'
import type {Scenario} from '../scenario.ts'
import {parseYamlText} from '../yaml-text.ts'
import {predictionOfScenario, predictionYamlOfScenario} from './prediction-of-scenario.ts'
import {scenarioFromPrediction} from './scenario-from-prediction.ts'

const FOLDER = new URL('../../../test/golden16/predict/', import.meta.url)
const FILES = readdirSync(FOLDER).filter(name => name.endsWith('.yaml'))

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function scenarioOf(document: unknown): Scenario {
  const inputs = {
    models: {contextLength: () => 40_960, kvBytesPerToken: () => ok(65_536)},
    traceOf: (name: string) => ({kind: 'file', name, sha256: ''}) as const,
  }
  return unwrap(scenarioFromPrediction(document, inputs)).scenario
}

function read(name: string): Scenario {
  return scenarioOf(unwrap(parseYamlText(readFileSync(new URL(name, FOLDER), 'utf8'))))
}

describe('a scenario as a configuration of aisimulate predict', () => {
  test.each(FILES)('%s comes back the same', name => {
    const scenario = read(name)
    const {document, notes} = unwrap(predictionOfScenario(scenario, {trace: 'toolagent-5min.jsonl'}))
    expect(scenarioOf(document)).toEqual(scenario)
    // The reported bounds are the planner's targets, or there is no planner of sla.
    expect(notes).toEqual([])
  })

  test('comes back the same as YAML, too, with router, planner keys and a GPU per role', () => {
    const scenario = scenarioOf({
      engine: {
        mode: 'disaggregated',
        model: 'Qwen/Qwen3-30B-A3B',
        hardware: 'h200_sxm',
        backend_version: '0.24.0',
        context_length: 8192,
        enable_chunked_prefill: false,
        workers: {
          prefill: {hardware: 'h100_sxm', parallelism: {tensor: 2, moe_expert: 2}, context_length: 4096},
          decode: {
            parallelism: {replicas: 3},
            kv_cache: {capacity: {memory_fraction: 0.8}, prefix_caching: false},
          },
        },
        kv_transfer: {bandwidth_gb_per_second: 12.5, timing_mode: 'full_prompt'},
      },
      evaluation: {sla: {ttft_ms: 800, itl_ms: 30}},
      planner: {
        policy: 'enabled',
        target: 'sla',
        max_num_gpus: 12,
        load_predictor: 'kalman',
        decode_min_workers: 2,
      },
      router: {policy: 'kv_router', temperature: 0.2},
      traffic: {
        source: {type: 'synthetic', input_tokens: 700},
        load: {type: 'poisson', requests_per_second: 3.5, seed: 9},
        stop: {requests: 50},
      },
    })
    const text = unwrap(predictionYamlOfScenario(scenario, {trace: ''}))
    expect(text).not.toContain('#')
    expect(scenarioOf(unwrap(parseYamlText(text)))).toEqual(scenario)
  })

  test('says what it has no word for, and what it cannot be', () => {
    const plain = read('defaults.yaml')
    if (plain.fleet.topology !== 'agg') throw new Error('it is aggregated')
    const {workers} = plain.fleet
    const odd = {...workers, args: {...workers.args, preemption_mode: 'fifo', max_num_seqs: null} as const}
    const scenario: Scenario = {
      ...plain,
      fleet: {topology: 'agg', workers: odd},
      scaling: {policy: 'schedule', config: []} as never,
    }
    const {notes} = unwrap(predictionOfScenario(scenario, {trace: ''}))
    expect(notes).toEqual([
      'aggregated: preemption_mode',
      'aggregated: max_num_seqs without limit',
      'policy schedule',
    ])
    expect(unwrap(predictionYamlOfScenario(scenario, {trace: ''}))).toMatch(/^# Not said here/)
    const unnamed = {...workers, args: {...workers.args, aic_model_path: null}}
    const refusal = predictionOfScenario({...plain, fleet: {topology: 'agg', workers: unnamed}}, {trace: ''})
    expect(refusal).toMatchObject({
      ok: false,
      error: {message: expect.stringMatching(/names a model and a GPU/)},
    })
    const {release: _, ...published} = plain
    expect(predictionOfScenario(published, {trace: ''})).toMatchObject({ok: false})
  })
})
