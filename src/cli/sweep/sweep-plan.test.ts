import {expect, test} from 'vitest'
import {parseSweepArguments} from './sweep-arguments.ts'
import {planSweep} from './sweep-plan.ts'

const ENGINE = {
  aic_backend: 'vllm',
  aic_system: 'h200_sxm',
  aic_model_path: 'Qwen/Qwen3-32B',
  aic_tp_size: 1,
}

async function noticesOf(...own: readonly string[]): Promise<readonly string[]> {
  const traffic = ['--input-tokens', '1000', '--output-tokens', '10', '--request-count', '20']
  const sweep = parseSweepArguments([
    ...traffic,
    ...['--arrival-interval-ms', '100', '--num-workers', '1'],
    ...['--extra-engine-args', JSON.stringify(ENGINE), '--out', 'nowhere', ...own],
  ])
  if (!sweep.ok) throw new Error(sweep.error.message)
  const plan = await planSweep(sweep.value)
  if (!plan.ok) throw new Error(plan.error.message)
  return plan.value.notices
}

test('a sweep warns of the scenario at its centre where a point is like that', async () => {
  const blocks = /num_gpu_blocks\): The default, 1,048,576 tokens/
  const vary = ['--vary', 'engine.aic_tp_size=1,2']
  expect(await noticesOf(...vary)).toContainEqual(expect.stringMatching(blocks))
  expect(await noticesOf(...vary, '--kv-capacity', 'estimated')).not.toContainEqual(
    expect.stringMatching(blocks),
  )
  const own = 'engine.num_gpu_blocks'
  expect(await noticesOf('--vary', `${own}=1000,16384`)).toContainEqual(expect.stringMatching(blocks))
  expect(await noticesOf('--vary', `${own}=1000,2000`)).not.toContainEqual(expect.stringMatching(blocks))
})
