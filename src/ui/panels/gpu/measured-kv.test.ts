import {expect, test} from 'vitest'
import {defaultEngineArgs} from '../../../config/engine/engine-args.ts'
import {measuredKv} from './measured-kv.ts'

const args = (aic_model_path: string, aic_system: string, aic_tp_size: number) => ({
  ...defaultEngineArgs(),
  aic_model_path,
  aic_system,
  aic_tp_size,
})

test('engines’ logs stand beside the estimate where there are some, at the size they are of', () => {
  const said = measuredKv(args('openai/gpt-oss-120b', 'h200_sxm', 2), 5_480_000)
  expect(said).toContain('estimate (5.48M tokens)')
  expect(said).toContain('0.45 to 0.49 times what it says: 2.56M tokens at this TP')
  expect(measuredKv(args('openai/gpt-oss-20b', 'b200_sxm', 1), 1e6)).not.toContain('at this TP')
  expect(measuredKv(args('deepseek-ai/DeepSeek-R1', 'h200_sxm', 8), 116_000)).toContain(
    '509.0k tokens at this TP',
  )
  expect(measuredKv(args('meta-llama/Meta-Llama-3.1-8B', 'h200_sxm', 1), 1e6)).toBeNull()
})
