import {poolsOf, type Scenario} from '../config/scenario.ts'
import {ok, type Result} from '../core/result.ts'
import {RequestSlots} from '../engine/stream/request-slots.ts'
import {SKETCHED_PERCENTILES} from '../report/report.ts'
import {createSyntheticSource} from '../trace/generators/synthetic-source.ts'
import type {RequestSource} from '../trace/request-source.ts'
import {generatedTraffic, syntheticOptionsOf, type Traffic} from './traffic.ts'

/** Columns over more requests than this, and the copies that results take, come near the 2 GB a browser tab is sure of. */
export const STREAMED_ABOVE = 1_000_000

/**
 * The traffic of a run that keeps no columns over its requests; null for one that keeps them: there are few, or something in it
 * looks at all of them again. Used up by one run.
 * @param above requests from which on nothing is kept
 */
export function streamOf(scenario: Scenario, above: number): Result<Traffic | null> {
  const {synthetic} = scenario
  if (synthetic === undefined || synthetic.request_count <= above || !isStreamable(scenario)) return ok(null)
  const source = createSyntheticSource(synthetic, syntheticOptionsOf(scenario))
  if (!source.ok || source.value === null) return source as Result<null>
  const slots = new RequestSlots(source.value.requestCount)
  return ok({
    ...generatedTraffic(synthetic, slots.workload),
    streamed: {source: source.value, slots},
    notices: [streamedNotice(source.value)],
  })
}

/** KV routers and SGLang compare prompts, and policies that scrape a fleet count first tokens: both by columns. */
function isStreamable({release, fleet, routerMode, scaling}: Scenario): boolean {
  if ((release ?? '1.2.1') !== '1.2.1' || routerMode === 'kv_router') return false
  if (!(['fixed', 'dynamo', 'schedule'] as const).some(policy => policy === scaling.policy)) return false
  return poolsOf(fleet).every(([, {args}]) => args.engine_type !== 'sglang')
}

function streamedNotice({requestCount}: RequestSource): string {
  return (
    `${requestCount.toLocaleString('en-US')} requests are more than are kept one by one: percentiles are ${SKETCHED_PERCENTILES}, all other ` +
    'figures exact; findings are left out, and single requests shown are a sample.'
  )
}
