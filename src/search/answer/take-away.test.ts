import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {parse} from 'yaml'
import {loadPlannerConfig} from '../../cli/load-planner-config.ts'
import {parseArguments} from '../../config/command-line/arguments.ts'
import {scenarioFromFlags} from '../../config/command-line/scenario-from-flags.ts'
import {splitShellWords} from '../../config/command-line/shell-words.ts'
import {parsePlannerConfig} from '../../config/planner/planner-config.ts'
import {parsePlannerConfig16} from '../../config/planner/planner-config-1.6.ts'
import {scenarioFromPrediction} from '../../config/prediction/scenario-from-prediction.ts'
import {findPreset} from '../../config/presets.ts'
import {withRelease} from '../../config/releases/with-release.ts'
import {initialScaling} from '../../config/scaling/initial-scaling.ts'
import {parseScalingText, readScalingText} from '../../config/scaling/parse-scaling.ts'
import {plannerOf, poolsOf, type Scenario} from '../../config/scenario.ts'
import {parseYamlDocuments, parseYamlText} from '../../config/yaml-text.ts'
import {ok} from '../../core/result.ts'
import {Candidates} from '../candidates.ts'
import {READY_SPACES, readySpaceFor} from '../ready-spaces.ts'
import {parseSpace, type SearchSpace} from '../space.ts'
import {settingFiles} from './take-away.ts'

const folder = mkdtempSync(join(tmpdir(), 'planner-replay-take-'))
afterAll(() => rmSync(folder, {recursive: true}))

const OBJECTIVE = {ttftMs: 900, itlMs: 40, share: 0.9}

function settingOf(base: Scenario): Scenario {
  const space = parseSpace({'planner.min_endpoint': [3], 'planner.ttft': [700], num_workers: [4]})
  if (!space.ok) throw new Error(space.error.message)
  const candidates = new Candidates(space.value, base, OBJECTIVE)
  const scenario = candidates.scenarioOf(candidates.list(0)[0]!)
  if (!scenario.ok) throw new Error(scenario.error.message)
  return scenario.value
}

const SETTING = settingOf(findPreset('as-published')!.scenario)
const config16 = parsePlannerConfig16({
  mode: 'agg',
  optimization_target: 'sla',
  ttft_ms: 800,
  itl_ms: 30,
  decode_engine_num_gpu: 1,
})
if (!config16.ok) throw new Error(config16.error.message)
const SETTING_16: Scenario = settingOf({
  ...SETTING,
  release: '1.6.1',
  scaling: {policy: 'dynamo', release: '1.6.1', config: config16.value.config},
})

function textOf(scenario: Scenario, name: string): string {
  const file = settingFiles(scenario, 'trace.jsonl').find(one => one.name === name)
  if (file === undefined) throw new Error(`no ${name}`)
  return file.text
}

function written(scenario: Scenario, name: string): string {
  const path = join(folder, name)
  writeFileSync(path, textOf(scenario, name))
  return path
}

const PLANNER_FILES = ['planner.json', 'planner.yaml', 'deployment-request.yaml', 'deployment-planner.yaml']

test.each(PLANNER_FILES)('%s read back is the planner of the setting', async name => {
  const found = await loadPlannerConfig(written(SETTING, name))
  const read = found.ok ? parsePlannerConfig(found.value.config) : found
  expect(read.ok && read.value.config).toEqual(plannerOf(SETTING))
})

test.each(PLANNER_FILES)('%s of 1.6.1 likewise', async name => {
  const found = await loadPlannerConfig(written(SETTING_16, name))
  const read = found.ok ? parsePlannerConfig16(found.value.config) : found
  expect(read.ok && read.value.config).toEqual(plannerOf(SETTING_16))
})

/** Flags of the command after a comment, read as the command line reads them. */
function scenarioOfCommand(scenario: Scenario, line: number): Scenario {
  const text = textOf(scenario, 'command.sh')
  const own = splitShellWords(text.split('\n')[line]!)
  if (!own.ok) throw new Error(own.error.message)
  const words = own.value[0]!.words
  const args = parseArguments(words.slice(words.findIndex(word => word.endsWith('trace.jsonl'))))
  if (!args.ok) throw new Error(args.error.message)
  const plannerConfig: unknown = JSON.parse(args.value.flags.get('--planner-config')!)
  const read = scenarioFromFlags(args.value, {trace: scenario.trace, plannerConfig})
  if (!read.ok) throw new Error(read.error.message)
  return read.value.scenario
}

test('the command line describes the same scenario', () => {
  expect(scenarioOfCommand(SETTING, 1)).toEqual(SETTING)
})

test('the reference’s own command likewise, as far as it has words: its objective are the planner’s targets, its timing the curve', () => {
  const {objective: _, ...told} = SETTING
  expect(scenarioOfCommand(SETTING, 4)).toEqual({...told, engineTiming: 'aic'})
})

test('the configuration of aisimulate predict is the setting of 1.6.1', () => {
  const parsed = parseYamlText(textOf(SETTING_16, 'predict.yaml'))
  if (!parsed.ok) throw new Error(parsed.error.message)
  const read = scenarioFromPrediction(parsed.value, {
    models: {contextLength: () => 40_960, kvBytesPerToken: () => ok(65_536)},
    traceOf: name => ({kind: 'file', name, sha256: ''}),
  })
  if (!read.ok) throw new Error(read.error.message)
  const {fleet, scaling} = read.value.scenario
  expect(scaling).toEqual(SETTING_16.scaling)
  expect(
    poolsOf(fleet).map(([name, {initialWorkers, args}]) => [name, initialWorkers, args.aic_system]),
  ).toEqual(
    poolsOf(SETTING_16.fleet).map(([name, {initialWorkers, args}]) => [
      name,
      initialWorkers,
      args.aic_system,
    ]),
  )
})

/** Settings taken from a space, evenly in its order, that a run can take. */
function takenFrom(space: SearchSpace, base: Scenario, count: number): readonly Scenario[] {
  const candidates = new Candidates(space, base, OBJECTIVE)
  const sound = candidates.list(0).flatMap(candidate => {
    const scenario = candidates.scenarioOf(candidate)
    return scenario.ok ? [scenario.value] : []
  })
  expect(sound.length).toBeGreaterThan(0)
  return sound.filter((_, i) => i % Math.ceil(sound.length / count) === 0)
}

function spaceOf(given: Readonly<Record<string, readonly unknown[]>>): SearchSpace {
  const space = parseSpace(given)
  if (!space.ok) throw new Error(space.error.message)
  return space.value
}

/** What a search may choose of an autoscaler, the ready-made space and beyond. */
const AUTOSCALER_SPACE = spaceOf({
  'policy.min_replicas': [0, 1, 4],
  'policy.max_replicas': [4, 9],
  'policy.target_1': [1, 2.5, 8, 40],
  'policy.target_2': [16, 33.3],
  'policy.scale_up_window': [0, 45],
  'policy.scale_down_window': [0, 90, 3600],
})

test.each(['hpa', 'keda', 'kpa'] as const)(
  'the manifest of a winning %s read back is the autoscaler of the setting, whatever was chosen',
  policy => {
    const base: Scenario = {...SETTING, scaling: initialScaling(policy)}
    const settings = [
      base,
      ...takenFrom(readySpaceFor(base).space(base), base, 60),
      ...takenFrom(AUTOSCALER_SPACE, base, 60),
    ]
    const texts = settings.map(scenario => textOf(scenario, `${policy}.yaml`))
    for (const [i, scenario] of settings.entries()) {
      const read = parseScalingText(policy, texts[i]!, parseYamlDocuments)
      expect(read.ok && withoutTarget(read.value.scaling)).toEqual(scenario.scaling)
    }
    expect(new Set(texts).size).toBeGreaterThan(20)
  },
)

/** Which deployment is scaled is no setting. */
function withoutTarget(scaling: unknown): unknown {
  return JSON.parse(JSON.stringify(scaling, (key, value) => (key === 'scaleTargetRef' ? undefined : value)))
}

test.each([
  ['hpa', 'autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['keda', 'keda.sh/v1alpha1', 'ScaledObject'],
] as const)('a winning %s is a manifest of %s, one for each pool', (policy, apiVersion, kind) => {
  const scaling = initialScaling(policy)
  const {all} = scaling.config.pools as {all: Readonly<Record<string, unknown>>}
  const whole = parseYamlDocuments(textOf({...SETTING, scaling}, `${policy}.yaml`))
  expect(whole.ok && whole.value).toMatchObject([{apiVersion, kind, spec: all}])
  const pools = {prefill: all, decode: {...all, pollingInterval: 20}}
  const text = textOf({...SETTING, scaling: {...scaling, config: {pools}}}, `${policy}.yaml`)
  const each = parseYamlDocuments(text)
  expect(each.ok && each.value).toMatchObject([
    {apiVersion, kind, spec: pools.prefill},
    {apiVersion, kind, spec: pools.decode},
  ])
  const read = readScalingText(policy, text, parseYamlDocuments)
  expect(read.ok && withoutTarget(read.value)).toEqual({policy, config: {pools}})
})

const disagg = findPreset('guide-disagg')!.scenario

test.each([
  {of: 'one pool', base: SETTING, parse: parsePlannerConfig},
  {of: 'one pool of 1.6.1', base: SETTING_16, parse: parsePlannerConfig16},
  {of: 'two pools', base: disagg, parse: parsePlannerConfig},
  {of: 'two pools of 1.6.1', base: withRelease(disagg, '1.6.1').scenario, parse: parsePlannerConfig16},
])(
  'every export of a planner of $of read back is it, whatever was chosen',
  {timeout: 60_000},
  async ({base, parse: parseConfig}) => {
    const spaces = READY_SPACES.filter(({id, suits}) => id.startsWith('planner') && suits(base))
    expect(spaces.length).toBeGreaterThan(0)
    for (const {space} of spaces)
      for (const scenario of takenFrom(space(base), base, 8))
        for (const name of PLANNER_FILES) {
          const found = await loadPlannerConfig(written(scenario, name))
          const read = found.ok ? parseConfig(found.value.config) : found
          expect(read.ok && read.value.config).toEqual(plannerOf(scenario))
        }
  },
)

test('a deployment request says what the scenario knows of the deployment', () => {
  const text = settingFiles(SETTING, 'trace.jsonl').find(({name}) => name === 'deployment-request.yaml')!.text
  expect(parse(text)).toMatchObject({
    apiVersion: 'nvidia.com/v1beta1',
    kind: 'DynamoGraphDeploymentRequest',
    spec: {
      model: 'nvidia/Llama-3.1-8B-Instruct-FP8',
      backend: 'vllm',
      hardware: {gpuSku: 'h200_sxm'},
      sla: {ttft: 900, itl: 40},
      features: {planner: {min_endpoint: 3, ttft: 700}},
    },
  })
})
