import {poolsOf, type Scenario} from '../config/scenario.ts'
import {keepRequests} from '../trace/keep-requests.ts'
import type {Workload} from '../trace/workload.ts'

interface Fitting {
  readonly workload: Workload
  /** What was left out, as a sentence; null = nothing. */
  readonly notice: string | null
}

/**
 * Traffic without the requests that no instance's KV cache can hold, and without the turns that would have followed them: the engine of
 * 1.2.1 pre-empts such a request for ever. 1.6.1 refuses and counts them itself. Where nothing would be left, all stay, and the
 * engine says why it cannot run them.
 */
export function leaveOutOversize(scenario: Scenario, workload: Workload): Fitting {
  if (scenario.release === '1.6.1') return {workload, notice: null}
  const pools = poolsOf(scenario.fleet)
  const fits = (request: number) =>
    pools.every(([name, {args}]) => {
      const output = name === 'prefill' ? 1 : workload.outputLength[request]!
      return Math.ceil((workload.inputLength[request]! + output) / args.block_size) <= args.num_gpu_blocks
    })
  const kept = new Uint8Array(workload.requestCount).fill(1)
  let oversize = 0
  let longest = 0
  for (let request = 0; request < workload.requestCount; request++) {
    if (kept[request] === 0 || fits(request)) continue
    oversize++
    longest = Math.max(longest, workload.inputLength[request]!)
    for (let turn = request; turn >= 0; turn = workload.nextTurn[turn]!) kept[turn] = 0
  }
  const left = kept.reduce((sum, one) => sum + one, 0)
  if (oversize === 0 || left === 0) return {workload, notice: null}
  const tokens = Math.min(...pools.map(([, {args}]) => args.num_gpu_blocks * args.block_size))
  const later = workload.requestCount - left - oversize
  const notice =
    `${oversize} of ${workload.requestCount} requests are larger than the KV cache of one instance (${tokens} tokens; the longest prompt ` +
    `has ${longest}) and were left out${later > 0 ? `, and ${later} turns that follow them` : ''}: no instance could serve them.`
  return {workload: keepRequests(workload, kept), notice}
}
