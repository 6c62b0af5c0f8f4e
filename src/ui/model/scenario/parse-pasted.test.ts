import {describe, expect, it} from 'vitest'
import {encodeScenario} from '../../../config/link/url-codec.ts'
import {scenarioFromPrediction} from '../../../config/prediction/scenario-from-prediction.ts'
import {PRESETS} from '../../../config/presets.ts'
import {releaseOf} from '../../../config/releases/release-forms.ts'
import {plannerOf, type Scenario, type TraceSource} from '../../../config/scenario.ts'
import {predictionModelsOf} from '../../../run/prediction-models.ts'
import {copyForms} from './copy-forms.ts'
import {parsePasted} from './parse-pasted.ts'
import type {Pasted, PasteKind} from './pasted.ts'

const GUIDE = preset('guide-agg')
const TRACES = new Map<string, TraceSource>([['bundled.jsonl.gz', GUIDE.trace]])

function preset(id: string): Scenario {
  return PRESETS.find(each => each.id === id)!.scenario
}

/** As the worker does, with the models of the catalogue alone. */
async function readPrediction(document: unknown) {
  return scenarioFromPrediction(document, {
    models: predictionModelsOf({configOf: () => null, modelOf: () => null}),
    traceOf: path => ({kind: 'file', name: path, sha256: ''}),
  })
}

interface Options {
  readonly kind?: PasteKind
  readonly current?: Scenario
}

function paste(text: string, {kind = 'detect', current = GUIDE}: Options = {}) {
  return parsePasted(text, {kind, current, traces: TRACES, readPrediction})
}

async function accepted(text: string, options: Options = {}): Promise<Pasted> {
  const result = await paste(text, options)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function refused(text: string, options: Options = {}): Promise<string> {
  const result = await paste(text, options)
  if (result.ok) throw new Error(`accepted as ${result.value.what}`)
  return result.error.message
}

function aggOrDecode({fleet}: Scenario) {
  return (fleet.topology === 'agg' ? fleet.workers : fleet.decode).args
}

function aggArgs({fleet}: Scenario) {
  if (fleet.topology !== 'agg') throw new Error('an aggregated fleet')
  return fleet.workers
}

describe('a pasted command line', () => {
  const PLANNER = `{"mode":"agg","optimization_target":"latency","ttft_ms":900}`

  it.each([
    ["the reference's", 'python -m dynamo.replay'],
    ['ours by npm', 'npm run --silent replay --'],
    ['ours by its name', 'npx planner-replay'],
    ['with a prompt and a variable in front', '$ HF_HOME=/x python3 -m dynamo.replay'],
    ['after another command', 'cd /srv && python -m dynamo.replay'],
  ])('%s fills the scenario', async (_, program) => {
    const {scenario, files} = await accepted(
      `${program} traces/bundled.jsonl.gz \\\n  --planner-config '${PLANNER}' \\\n  --num-workers=3 --extra-engine-args '{"startup_time": 30}'`,
    )
    expect(plannerOf(scenario)).toMatchObject({mode: 'agg', optimization_target: 'latency', ttft: 900})
    expect(aggArgs(scenario)).toMatchObject({
      initialWorkers: 3,
      args: {startup_time: 30, num_gpu_blocks: 16384},
    })
    expect(scenario.trace).toEqual(GUIDE.trace)
    expect(files).toEqual([])
  })

  it('names the files that a page cannot open, and keeps the planner until its file is pasted', async () => {
    const {scenario, files} = await accepted(
      'python -m dynamo.replay /data/mine.jsonl --planner-config conf/planner.yaml ' +
        `--extra-engine-args '{"planner_profile_data": "/data/h200.npz"}'`,
    )
    expect(files).toEqual([
      {what: 'planner config', flag: '--planner-config', path: 'conf/planner.yaml'},
      {what: 'trace', flag: 'TRACE', path: '/data/mine.jsonl'},
      {what: 'profile', flag: 'planner_profile_data (agg)', path: '/data/h200.npz'},
    ])
    expect(plannerOf(scenario)).toEqual(plannerOf(GUIDE))
    expect(scenario.trace).toEqual({kind: 'file', name: 'mine.jsonl', sha256: ''})
  })

  it('lists what was passed over and what was not understood', async () => {
    const {scenario, notes, notUnderstood} = await accepted(
      'python -m dynamo.replay bundled.jsonl.gz --report-json out.json --num-wokers 4 --num-workers 2 > log.txt',
    )
    expect(aggArgs(scenario).initialWorkers).toBe(2)
    expect(notUnderstood).toEqual(['--num-wokers 4 (did you mean --num-workers?)'])
    expect(notes.join('\n')).toContain('> log.txt')
    expect(notes.join('\n')).toContain('--report-json out.json')
  })

  it("of the guide's is read for the release of its form, and offers the timing that release has and the later one", async () => {
    const args =
      '{"aic_backend":"vllm","aic_system":"h200_sxm","aic_model_path":"nvidia/Llama-3.1-8B-Instruct-FP8"}'
    const planner =
      '{"mode":"agg","optimization_target":"sla","ttft":1500,"itl":50,"enable_load_scaling":true}'
    const flags = `bundled.jsonl.gz --num-workers 2 --extra-engine-args '${args}' --planner-config '${planner}'`
    const {scenario, offers = []} = await accepted(`python -m dynamo.replay ${flags}`, {
      current: preset('two-at-least'),
    })
    expect(scenario.engineTiming).toBe('aic')
    expect(releaseOf(scenario)).toBe('1.2.1')
    expect(offers.map(({label}) => label)).toEqual(['Use its own timing', 'Use 1.6.1'])
    expect(offers[0]?.scenario).toEqual({...scenario, engineTiming: 'polynomial'})
    expect(offers[1]?.scenario.release).toBe('1.6.1')
    // Ours says both by its flags.
    expect((await accepted(`planner-replay ${flags}`)).offers).toBeUndefined()
    expect((await accepted(`python -m dynamo.replay bundled.jsonl.gz --num-workers 2`)).offers).toHaveLength(
      1,
    )
  })

  it('reads generated traffic, a closed loop and router options', async () => {
    const {scenario} = await accepted(
      'planner-replay --input-tokens 500 --output-tokens 20 --request-count 100 --turns-per-session 3 ' +
        `--replay-concurrency 8 --num-workers 2 --router-mode kv_router --router-config '{"router_temperature": 0.5}' --seed 9`,
    )
    expect(scenario).toMatchObject({
      synthetic: {input_tokens: 500, output_tokens: 20, request_count: 100, turns_per_session: 3},
      replayConcurrency: 8,
      routerMode: 'kv_router',
      routerConfig: {router_temperature: 0.5},
      seed: 9,
      scaling: {policy: 'fixed'},
    })
  })

  it.each([
    ["python -m dynamo.replay t.jsonl --extra-engine-args '{oops}'", /^--extra-engine-args: not valid JSON/],
    ['python -m dynamo.replay t.jsonl --num-workers two', /--num-workers: invalid int value: 'two'/],
    ['python -m dynamo.replay t.jsonl --planner-config \'{"ttft": 1', /line 1: the quote ' is never closed/],
    ['python -m dynamo.replay t.jsonl --planner-config \'{"ttft": -1}\'', /planner\.ttft/],
    ['python -m dynamo.replay t.jsonl --replay-mode online', /--replay-mode online/],
    ['planner-replay sweep t.jsonl --vary ttft=1,2', /sweep describes no single run/],
    ['python -m dynamo.frontend --http-port 80', /no command line of python -m dynamo\.replay/],
  ])('%s is refused by name', async (text, message) => {
    expect(await refused(text)).toMatch(message)
  })

  it.each(PRESETS.map(({id, scenario}) => [id, scenario] as const))(
    'gives back the preset %s from its copy',
    async (_, scenario) => {
      const forms = copyForms(scenario, {
        trace: 'bundled.jsonl.gz',
        link: `https://x.test/#${encodeScenario(scenario)}`,
      })
      for (const id of ['ours', 'link']) {
        const {text} = forms.find(form => form.id === id)!
        expect((await accepted(text, {current: preset('tight-budget')})).scenario).toEqual(scenario)
      }
    },
  )
})

describe('pasted planner config', () => {
  it.each([
    ['JSON', '{"mode": "agg", "ttft": 700, "nmae": 1}'],
    ['YAML', '# ours\nmode: agg\nttft: 700\nnmae: 1\n'],
    ['YAML in braces', '{mode: agg, ttft: 700, nmae: 1}'],
  ])('as %s replaces the planner and says what is no field of it', async (_, text) => {
    const {what, scenario, notUnderstood} = await accepted(text)
    expect(what).toBe('Planner config')
    expect(plannerOf(scenario)).toMatchObject({mode: 'agg', ttft: 700, optimization_target: 'throughput'})
    expect(scenario.fleet).toEqual(GUIDE.fleet)
    expect(notUnderstood.join()).toContain('planner.nmae')
  })

  it('without a mode is disagg, as in the reference, and takes the fleet along', async () => {
    const {scenario, notes} = await accepted('ttft: 700')
    expect(scenario.fleet).toMatchObject({topology: 'disagg', prefill: {args: {worker_type: 'prefill'}}})
    expect(notes.join()).toMatch(/No mode is given: disagg/)
  })

  it.each([
    ['mode: agg\nttft: [1', /^line 2: not valid YAML/],
    ['{"mode": "agg",', /not valid JSON/],
    ['ttft: -5\nmode: agg', /planner\.ttft/],
    ['ttftt: 5', /no key .* ttftt \(did you mean ttft\?\)/],
    ['hello', /no command line, and as JSON or YAML it has no keys/],
    ['- 1', /has no keys/],
    [' ', /nothing was pasted/],
  ])('%j is refused', async (text, message) => {
    expect(await refused(text)).toMatch(message)
  })
})

describe('pasted engine args', () => {
  it('replace those of the one pool and leave its workers', async () => {
    const {scenario, notes} = await accepted('{"startup_time": 45, "max_num_seqs": 64}')
    expect(scenario.engineTiming).toBe('polynomial')
    expect(notes.join()).toMatch(/Engine timing is polynomial now/)
    expect(aggArgs(scenario)).toMatchObject({
      initialWorkers: 2,
      args: {startup_time: 45, aic_model_path: null},
    })
  })

  it('go to the pool that their worker type or the choice names', async () => {
    const current = preset('disagg-typed')
    const typed = await accepted('{"worker_type": "decode", "startup_time": 45}', {current})
    expect(typed.scenario.fleet).toMatchObject({
      decode: {args: {startup_time: 45}},
      prefill: {args: {startup_time: null}},
    })
    const chosen = await accepted('{"worker_type": "prefill", "startup_time": 5}', {current, kind: 'prefill'})
    expect(chosen.scenario.fleet).toMatchObject({prefill: {args: {startup_time: 5}}})
    expect(await refused('{"startup_time": 45}', {current})).toMatch(/choose prefill or decode/)
  })

  it('are refused with the field at fault', async () => {
    expect(await refused('{"startup_time": 45, "block_sise": 64}')).toMatch(
      /block_sise \(did you mean block_size\?\)/,
    )
    expect(await refused('{"startup_time": -45}')).toMatch(/startup_time/)
  })
})

describe('copies', () => {
  it("say what the reference's command cannot", () => {
    const forms = copyForms({...GUIDE, seed: 4}, {trace: 't.jsonl', link: null})
    expect(forms.map(({id}) => id)).toEqual(['ours', 'reference', 'planner', 'engine-agg'])
    const reference = forms.find(({id}) => id === 'reference')!
    expect(reference.text).toMatch(/^python -m dynamo\.replay t\.jsonl \\\n {2}--planner-config '\{/)
    expect(reference.text).not.toContain('--seed')
    expect(reference.notes.join()).toMatch(/polynomial.*no --seed/)
  })
})

describe('a configuration of aisimulate predict', () => {
  const written = async (scenario: Scenario) => {
    const form = copyForms(scenario, {trace: 'bundled.jsonl.gz', link: null}).find(
      ({id}) => id === 'prediction',
    )
    const text = await form!.write!()
    if (!text.ok) throw new Error(text.error.message)
    return text.value
  }

  it.each(PRESETS.filter(({scenario}) => scenario.release === '1.6.1').map(({id}) => id))(
    'of the preset %s is read as what it says, and nothing is lost on the way back',
    async id => {
      const text = await written(preset(id))
      const {what, scenario, files} = await accepted(text, {current: preset(id)})
      expect({what, files}).toEqual({what: 'Configuration of aisimulate predict', files: []})
      const {optimization_target, max_gpu_budget} = plannerOf(preset(id))!
      expect(plannerOf(scenario)).toMatchObject({optimization_target, max_gpu_budget})
      expect(aggOrDecode(scenario).startup_time).toBe(60)
      const again = await accepted(await written(scenario))
      expect(again.scenario).toEqual(scenario)
    },
  )

  it('is not offered of 1.2.1, asks for a trace it does not know, and names what is wrong', async () => {
    expect(copyForms(GUIDE, {trace: 't.jsonl', link: null}).map(({id}) => id)).not.toContain('prediction')
    const engine = {model: 'Qwen/Qwen3-8B', hardware: 'h100_sxm', backend: 'vllm', workers: {aggregated: {}}}
    const document = {
      traffic: {source: {type: 'trace', paths: ['my/own.jsonl']}, load: {type: 'trace_timestamps'}},
      engine,
    }
    const pasted = await accepted(JSON.stringify(document))
    expect(pasted.files).toEqual([{what: 'trace', flag: 'traffic.source.paths', path: 'my/own.jsonl'}])
    expect(await refused(JSON.stringify({...document, engine: {...engine, nextn: 2}}))).toMatch(/nextn/)
  })
})
