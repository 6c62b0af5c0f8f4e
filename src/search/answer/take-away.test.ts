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
import {findPreset} from '../../config/presets.ts'
import {plannerOf, type Scenario} from '../../config/scenario.ts'
import {Candidates} from '../candidates.ts'
import {parseSpace} from '../space.ts'
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
const config16 = parsePlannerConfig16({mode: 'agg', optimization_target: 'sla', ttft_ms: 800, itl_ms: 30})
if (!config16.ok) throw new Error(config16.error.message)
const SETTING_16: Scenario = settingOf({
  ...SETTING,
  release: '1.6.1',
  scaling: {policy: 'dynamo', release: '1.6.1', config: config16.value.config},
})

function written(scenario: Scenario, name: string): string {
  const file = settingFiles(scenario, 'trace.jsonl').find(one => one.name === name)
  if (file === undefined) throw new Error(`no ${name}`)
  const path = join(folder, name)
  writeFileSync(path, file.text)
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

test('the command line describes the same scenario', () => {
  const text = settingFiles(SETTING, 'trace.jsonl').find(({name}) => name === 'command.sh')!.text
  const own = splitShellWords(text.split('\n')[1]!)
  if (!own.ok) throw new Error(own.error.message)
  const words = own.value[0]!.words
  const args = parseArguments(words.slice(words.indexOf('--') + 1))
  if (!args.ok) throw new Error(args.error.message)
  const planner: unknown = JSON.parse(args.value.flags.get('--planner-config')!)
  const trace = SETTING.trace
  const read = scenarioFromFlags(args.value, {trace, plannerConfig: planner})
  expect(read.ok && read.value.scenario).toEqual(SETTING)
})

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
