/** The search's recipes: their own commands, run with a stand-in for npm that prints its arguments or answers a trial. */
import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, test} from 'vitest'
import {parse as parseYaml} from 'yaml'
import {
  parseRecommendArguments,
  type RecommendArguments,
} from '../../src/cli/recommend/recommend-arguments.ts'
import {parseArguments} from '../../src/config/command-line/arguments.ts'
import {checkFlags} from '../../src/config/command-line/flags.ts'
import {RecipeRunner} from '../support/recipe-command.ts'
import {PROJECT} from '../support/shared.ts'

const RECIPES = join(PROJECT, 'docs', 'recipes')
const recipes = new RecipeRunner()

beforeAll(() => writeFileSync(recipes.at('space.yaml'), 'planner.min_endpoint: [1, 2, 3]\n'))

test('the Kubernetes job searches every part of the space once', () => {
  const {spec} = parseYaml(readFileSync(join(RECIPES, 'kubernetes-recommend.yaml'), 'utf8'))
  const [container] = spec.template.spec.containers
  const [shell, ...args] = container.command
  const here = args.map((arg: string) => arg.replace('/data/space.yaml', recipes.at('space.yaml')))
  const shards = Array.from({length: spec.completions}, (_, i) =>
    recommendOf(shell, here, {SHARDS: container.env[0].value, JOB_COMPLETION_INDEX: String(i)}),
  )
  expectWhole(shards)
})

test('so does the Slurm array', () => {
  const path = join(RECIPES, 'slurm-recommend.sbatch')
  const count = Number(/^#SBATCH --array=1-(\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1])
  const args = [path, 'trace.jsonl', 'planner.json', recipes.at('space.yaml'), 'out']
  const shards = Array.from({length: count}, (_, i) =>
    recommendOf('bash', args, {
      SLURM_ARRAY_TASK_ID: String(i + 1),
      SLURM_ARRAY_TASK_COUNT: String(count),
      SLURM_CPUS_PER_TASK: '2',
    }),
  )
  expectWhole(shards)
})

const hasPython = spawnSync('python3', ['--version']).status === 0

test.runIf(hasPython)('the scripts of Optuna and Ray Tune are Python', () => {
  for (const name of ['replay_trial.py', 'optuna_recommend.py', 'ray_tune_recommend.py']) {
    const check = 'import ast, sys; ast.parse(open(sys.argv[1]).read())'
    const ran = spawnSync('python3', ['-c', check, join(RECIPES, name)], {encoding: 'utf8'})
    expect(ran.stderr).toBe('')
  }
})

test.runIf(hasPython)('a trial asks for replays the tool takes, a phase each, and returns medians', () => {
  const asked = recipes.at('asked.jsonl')
  const answer = {planner_replay: {sla_attainment: 0.97, gpu_hours: 3.5, meets_objective: true}}
  writeFileSync(
    recipes.at('npm'),
    `#!/usr/bin/env python3\nimport json, sys\nopen(${JSON.stringify(asked)}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\nprint('''${JSON.stringify(answer)}''')\n`,
  )
  const script =
    'import json\nfrom replay_trial import replay\n' +
    `knobs = {"planner.ttft": 700, "engine.max_num_seqs": 64, "num_workers": 3}\n` +
    `print(json.dumps(replay("t.jsonl", {"mode": "agg", "load_adjustment_interval": 6}, knobs, "ttft=1,itl=1", 3)))`
  const ran = spawnSync('python3', ['-B', '-c', script], {
    cwd: RECIPES,
    encoding: 'utf8',
    env: {PATH: recipes.path},
  })
  expect(ran.stderr).toBe('')
  expect(JSON.parse(ran.stdout)).toEqual({share: 0.97, gpu_hours: 3.5, holds: 3})
  const lines = readFileSync(asked, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as string[])
  const flags = lines.map(argv => {
    expect(argv.slice(0, 4)).toEqual(['run', '--silent', 'replay', '--'])
    const args = parseArguments(argv.slice(4))
    if (!args.ok) throw new Error(args.error.message)
    expect(checkFlags(args.value).ok).toBe(true)
    return args.value.flags
  })
  expect(flags.map(one => one.get('--planner-phase'))).toEqual(['0.000', '2.000', '4.000'])
  expect(JSON.parse(flags[0]!.get('--planner-config')!)).toMatchObject({ttft: 700})
  expect(JSON.parse(flags[0]!.get('--extra-engine-args')!)).toEqual({max_num_seqs: 64})
  expect(flags[0]!.get('--num-workers')).toBe('3')
})

function recommendOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RecommendArguments {
  return recipes.asked('recommend', {command, args, env}, parseRecommendArguments)
}

function expectWhole(shards: readonly RecommendArguments[]): void {
  expect(shards.length).toBeGreaterThan(1)
  expect(shards.map(({shard}) => shard)).toEqual(shards.map((_, i) => ({index: i + 1, count: shards.length})))
}
