import fc from 'fast-check'
import {expect, test} from 'vitest'
import {roomyArgs, tightArgs, traceLines} from './arbitrary.ts'
import {type Options16, replay16} from './replay-1.6.ts'
import {cases} from './sampling.ts'

/** Later than any run ends: with such a bound no pass runs ahead of the clock, each is scheduled request by request. */
const NEVER_MS = 1e9

const workers = fc.integer({min: 1, max: 3})
const routerMode = fc.constantFrom('round_robin' as const, 'kv_router' as const)
const vllm = traceLines({spanMs: 4_000}).chain(lines => {
  const args = fc.oneof(roomyArgs, tightArgs(lines))
  return fc.record({lines: fc.constant(lines), args, workers, routerMode})
})
const sglang = traceLines({spanMs: 4_000}).chain(lines => {
  const largest = Math.max(...lines.map(line => line.input_length + line.output_length))
  const args = fc
    .record({block_size: fc.constantFrom(1, 2, 16), spareTokens: fc.constantFrom(0, 100, 800, 500_000)})
    .map(({block_size, spareTokens}) => ({
      engine_type: 'sglang' as const,
      block_size,
      num_gpu_blocks: Math.ceil((largest + 600 + spareTokens) / block_size),
    }))
  return fc.record({lines: fc.constant(lines), args, workers})
})
const trtllm = fc.record({
  lines: traceLines({spanMs: 4_000}),
  args: roomyArgs.map(args => ({...args, engine_type: 'trtllm' as const, num_gpu_blocks: 2048})),
  workers,
  routerMode,
})

/** All but the order in which gaps between tokens are told, and sums of busy times, which depend on it. */
function whatUsersSaw(options: Options16) {
  const {engine} = replay16(options, {policy: 'fixed'}).result
  const {requests, workers: instances, loads, requestEvents} = engine
  const passes = instances.map(({passes}) => passes)
  // SGLang may take a slot for every token, and of a run ahead only the share in use at its end is told.
  const kvShare = options.args.engine_type === 'sglang' ? null : loads.kvShare
  return {requests, passes, queued: loads.queued, kvShare, events: requestEvents}
}

test.each([
  ['vLLM', vllm],
  ['TensorRT-LLM', trtllm],
  ['SGLang', sglang],
] as const)('requests on %s get their tokens as if no pass had run ahead', (_, runs) => {
  fc.assert(
    fc.property(runs as fc.Arbitrary<Options16>, options => {
      expect(whatUsersSaw(options)).toEqual(whatUsersSaw({...options, maxSimTimeMs: NEVER_MS}))
    }),
    cases(60),
  )
})
