import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parse as parseYaml} from 'yaml'
import {parseSweepArguments, type SweepArguments} from '../../src/cli/sweep/sweep-arguments.ts'
import {pointsOfShard} from '../../src/sweep/shard.ts'
import {RecipeRunner} from '../support/recipe-command.ts'
import {PROJECT} from '../support/shared.ts'

const recipes = new RecipeRunner()

test('the Kubernetes job', () => {
  const {spec} = parseYaml(readRecipe('kubernetes-sweep.yaml'))
  const [container] = spec.template.spec.containers
  const env = Object.fromEntries(
    container.env.map((entry: {name: string; value: string}) => [entry.name, entry.value]),
  )
  const [shell, ...args] = container.command
  const shards = Array.from({length: spec.completions}, (_, i) =>
    sweepOf(shell, args, {...env, JOB_COMPLETION_INDEX: String(i)}),
  )
  expectWhole(shards)
})

test('the Slurm array', () => {
  const script = readRecipe('slurm-sweep.sbatch')
  const count = Number(/^#SBATCH --array=1-(\d+)$/m.exec(script)?.[1])
  const cpus = /^#SBATCH --cpus-per-task=(\d+)$/m.exec(script)?.[1] ?? ''
  const args = [join(PROJECT, 'docs/recipes/slurm-sweep.sbatch'), 'trace.jsonl', 'planner.json', 'out']
  const shards = Array.from({length: count}, (_, i) =>
    sweepOf('bash', args, {
      SLURM_ARRAY_TASK_ID: String(i + 1),
      SLURM_ARRAY_TASK_COUNT: String(count),
      SLURM_CPUS_PER_TASK: cpus,
    }),
  )
  expectWhole(shards)
  expect(shards[0]?.jobs).toBe(2)
})

test('the GitHub matrix, and its merge', () => {
  const {env, jobs} = parseYaml(readRecipe('github-actions-sweep.yaml'))
  const runs = (job: {steps: readonly {run?: string}[]}) =>
    job.steps.map(step => step.run ?? '').find(run => run.includes(' sweep ')) ?? ''
  const shards: SweepArguments[] = jobs.shard.strategy.matrix.shard.map((shard: string) =>
    sweepOf('sh', ['-c', runs(jobs.shard).replace(/\$\{\{ matrix\.shard \}\}/, shard)], env),
  )
  expectWhole(shards)
  const merge = sweepOf('sh', ['-c', runs(jobs.merge).split('|')[0]!], env)
  expect(merge.shard).toEqual({index: 1, count: 1})
  expect(merge.axes).toEqual(shards[0]?.axes)
})

function readRecipe(name: string): string {
  return readFileSync(join(PROJECT, 'docs/recipes', name), 'utf8')
}

/** What the sweep subcommand would be asked for. */
function sweepOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): SweepArguments {
  return recipes.asked('sweep', {command, args, env}, parseSweepArguments)
}

function expectWhole(shards: readonly SweepArguments[]): void {
  expect(shards.length).toBeGreaterThan(1)
  const values = shards[0]?.axes[0]?.values ?? []
  expect(values).toHaveLength(31)
  const all = shards.flatMap(({axes, shard}) => pointsOfShard(axes[0]?.values ?? [], shard))
  expect(all.sort((a, b) => Number(a) - Number(b))).toEqual(values)
}
