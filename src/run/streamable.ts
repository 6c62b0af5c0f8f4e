import {poolsOf, type Scenario} from '../config/scenario.ts'
import {SKETCHED_PERCENTILES} from '../report/report.ts'

/** Columns over more requests than this, and the copies that results take, come near the 2 GB a browser tab is sure of. */
export const STREAMED_ABOVE = 1_000_000

/** A run of generated traffic keeps none of its requests if they are more than `above`. */
export function streamsSynthetic(scenario: Scenario, above: number): boolean {
  const {synthetic} = scenario
  if (synthetic === undefined || synthetic.request_count <= above) return false
  if (synthetic.turns_per_session > 1) return false
  const isShared = synthetic.shared_prefix_ratio > 0 && synthetic.num_prefix_groups > 0
  return isShared ? isSharingStreamable(scenario) : isStreamable(scenario)
}

/**
 * A draining limit has requests sent again by what they were, and of a run with a last moment nobody knows whose tokens count before it
 * is over.
 */
export function isStreamable({drainLimitS, maxSimTimeMs}: Scenario): boolean {
  return drainLimitS === undefined && maxSimTimeMs === undefined
}

/**
 * Where prompts share blocks, SGLang compares their tokens, and a KV router of 1.2.1 remembers all that instances without prefix caching
 * ever filled.
 */
export function isSharingStreamable(scenario: Scenario): boolean {
  const pools = poolsOf(scenario.fleet).map(([, {args}]) => args)
  const isRemembered = scenario.routerMode === 'kv_router' && scenario.release !== '1.6.1'
  return (
    isStreamable(scenario) &&
    pools.every(args => args.engine_type !== 'sglang' && (args.enable_prefix_caching || !isRemembered))
  )
}

/** What to say of a sweep before its points are run; nothing where all of them keep their requests. */
export function tellSketchedPoints(points: readonly Scenario[]): readonly string[] {
  if (!points.some(scenario => streamsSynthetic(scenario, STREAMED_ABOVE))) return []
  const above = STREAMED_ABOVE.toLocaleString('en-US')
  return [
    `Points of more than ${above} requests keep none of them: their percentiles are ${SKETCHED_PERCENTILES}`,
  ]
}
