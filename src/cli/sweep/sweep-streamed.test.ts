import {expect, test} from 'vitest'
import {scratchFolder} from '../../../test/support/scratch-folder.ts'
import {RELATIVE_ERROR} from '../../core/sketch/log-bins.ts'
import {type FinishedRow, isFinished} from '../../sweep/points.ts'
import {parseSweepArguments} from './sweep-arguments.ts'
import {makeSweepFolder} from './sweep-folder.ts'
import {planSweep} from './sweep-plan.ts'
import {PointRunner} from './sweep-point.ts'

const {pathOf, written} = scratchFolder()

const ROWS = Array.from({length: 400}, (_, i) => ({
  timestamp: i * 90,
  input_length: 512 * (3 + (i % 4)),
  output_length: 5 + (i % 17),
  hash_ids: [1, 2 + (i % 9), ...Array.from({length: 1 + (i % 4)}, (_, k) => 100 + i * 5 + k)],
}))

/** Rows of all points, in the order of the grid. */
async function sweep(path: string, above: number, vary: readonly string[]): Promise<readonly FinishedRow[]> {
  const outFolder = pathOf(String(above))
  const asked = parseSweepArguments([path, '--num-workers', '2', ...vary, '--out', outFolder])
  if (!asked.ok) throw new Error(asked.error.message)
  const plan = await planSweep(asked.value, {above, fileBytes: 1000})
  if (!plan.ok) throw new Error(plan.error.message)
  expect(plan.value.streamed !== null).toBe(above < ROWS.length)
  expect(plan.value.trace === null).toBe(above < ROWS.length)
  expect(plan.value.requestCount).toBe(ROWS.length)
  expect(plan.value.notices.some(notice => notice.includes('more than are kept'))).toBe(above < ROWS.length)
  const made = makeSweepFolder(outFolder)
  if (!made.ok) throw new Error(made.error.message)
  const {trace, streamed, recipe} = plan.value
  const runner = new PointRunner({trace, streamed, recipe, outFolder, wantsHtml: false})
  const rows: FinishedRow[] = []
  for (const task of plan.value.tasks) {
    const {row} = await runner.run(task)
    if (!isFinished(row)) throw new Error(row.error)
    rows.push(row)
  }
  return rows
}

test.each([
  ['of which runs keep nothing', ['--vary', 'num_workers=1,3', '--vary', 'engine.num_gpu_blocks=60,2000']],
  // SGLang keeps them.
  ['of which some runs keep all', ['--vary', 'engine.engine_type=vllm,sglang']],
])('a sweep over a file %s says what one says that keeps it', async (_, vary) => {
  const path = written('trace.jsonl', ROWS.map(row => `${JSON.stringify(row)}\n`).join(''))
  const kept = await sweep(path, 10_000, vary)
  const streamed = await sweep(path, 100, vary)
  expect(streamed).toHaveLength(kept.length)
  for (const [i, row] of streamed.entries())
    for (const [key, exact] of Object.entries(kept[i]!)) {
      // It is of the percentiles, too.
      if (key === 'digest') continue
      const value = row[key as keyof FinishedRow]
      if (/^(median|p\d+)_/.test(key) && typeof exact === 'number' && typeof value === 'number')
        expect(Math.abs(value - exact), key).toBeLessThanOrEqual(exact * RELATIVE_ERROR * (1 + 1e-9))
      else expect(value, key).toEqual(exact)
    }
})
