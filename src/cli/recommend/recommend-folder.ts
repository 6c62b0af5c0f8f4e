import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {isObject} from '../../core/is-object.ts'
import {ok, type Result} from '../../core/result.ts'
import type {TakenFile} from '../../search/answer/take-away.ts'
import type {Evaluation, Results} from '../../search/evaluation.ts'
import type {Search} from '../../search/search.ts'
import {isFinished, type PointFigures, type SweepRow} from '../../sweep/points.ts'
import type {Shard} from '../../sweep/shard.ts'
import {writeAtomically} from '../sweep/sweep-folder.ts'

/**
 * The answer, every run that led to it, one to a line in the order they were asked for, and in `setting/` the
 * recommended one in the forms that others read.
 */
export function writeRecommendation(folder: string, files: readonly TakenFile[], results: Results): void {
  const lines = [...results].map(([evaluation, outcome]) =>
    JSON.stringify(
      outcome.ok ? {evaluation, ...figuresOf(outcome.value)} : {evaluation, error: outcome.error.message},
    ),
  )
  writeAtomically(join(folder, 'evaluations.jsonl'), `${lines.join('\n')}\n`)
  // What an earlier answer left there is not this one's.
  const own = join(folder, 'setting')
  rmSync(own, {recursive: true, force: true})
  mkdirSync(own)
  for (const {name, text} of files)
    writeAtomically(join(name.startsWith('recommend.') ? folder : own, name), text)
}

/** Which runs a shard has made: the command without a shard takes them up. */
export function writeShard(folder: string, {index, count}: Shard, results: Results): void {
  const names = [...results.keys()].map(evaluation => ({evaluation}))
  writeAtomically(
    join(folder, `shard-${index}-of-${count}.jsonl`),
    `${names.map(name => JSON.stringify(name)).join('\n')}\n`,
  )
}

/**
 * What the shards of this very search have found, in the order of their numbers.
 *
 * @param rowOf the finished run of an evaluation, null = it is not in the folder
 */
export function readShards(
  folder: string,
  search: Search,
  rowOf: (evaluation: Evaluation) => SweepRow | null,
): Map<string, Result<PointFigures>> {
  const found = new Map<string, Result<PointFigures>>()
  for (const name of namesIn(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter(text => text !== '')) {
      const given: unknown = JSON.parse(line)
      const id = isObject(given) ? given.evaluation : undefined
      const evaluation = typeof id === 'string' ? search.evaluationOf(id) : null
      const row = evaluation === null ? null : rowOf(evaluation)
      if (evaluation !== null && row !== null && isFinished(row)) found.set(evaluation.id, ok(row))
    }
  }
  return found
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => /^shard-\d+-of-\d+\.jsonl$/.test(name))
    .sort((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]))
}

function figuresOf({
  sla_attainment,
  gpu_hours,
  billed_gpu_hours,
  mean_ttft_ms,
  p90_ttft_ms,
  mean_itl_ms,
  digest,
}: PointFigures) {
  return {sla_attainment, gpu_hours, billed_gpu_hours, mean_ttft_ms, p90_ttft_ms, mean_itl_ms, digest}
}
