import {poolsOf, type Scenario} from '../config/scenario.ts'
import {unreachable} from '../core/assert.ts'
import {SKETCHED_PERCENTILES} from '../report/report.ts'
import {INT32_MAX} from '../trace/int32.ts'
import {beginsAllSessions} from './memory-forecast.ts'
import {STREAMED_ABOVE} from './stream-limits.ts'

/** A run of generated traffic keeps none of its requests if they are more than `above`. */
export function streamsSynthetic(scenario: Scenario, above: number): boolean {
  const {synthetic} = scenario
  const requests = synthetic === undefined ? 0 : synthetic.request_count * synthetic.turns_per_session
  if (synthetic === undefined || requests <= above || requests > INT32_MAX) return false
  const isShared = synthetic.shared_prefix_ratio > 0 && synthetic.num_prefix_groups > 0
  return streamsPrompts(scenario, isShared ? 'hashes' : 'lengths')
}

/** What is known of the prompts of a traffic that is not kept: lengths alone, or which blocks they share; `sessions` of a file have several turns. */
export type StreamedPrompts = 'lengths' | 'hashes' | 'sessions'

/** Whether a run of such traffic can do without its requests. */
export function streamsPrompts(scenario: Scenario, prompts: StreamedPrompts): boolean {
  switch (prompts) {
    case 'lengths':
      return isStreamable(scenario)
    case 'hashes':
      return isSharingStreamable(scenario)
    case 'sessions':
      // The turns to come of all of them at once may have no room.
      return isSharingStreamable(scenario) && !beginsAllSessions(scenario)
    default:
      return unreachable(prompts)
  }
}

/** A draining limit has requests sent again by what they were. */
function isStreamable({drainLimitS}: Scenario): boolean {
  return drainLimitS === undefined
}

/**
 * Where prompts share blocks, SGLang compares their tokens, and a KV router of 1.2.1 remembers all that instances without prefix caching
 * ever filled.
 */
function isSharingStreamable(scenario: Scenario): boolean {
  const pools = poolsOf(scenario.fleet).map(([, {args}]) => args)
  const isRemembered = scenario.routerMode === 'kv_router' && scenario.release !== '1.6.1'
  return (
    isStreamable(scenario) &&
    pools.every(args => args.engine_type !== 'sglang' && (args.enable_prefix_caching || !isRemembered))
  )
}

/** Of a file's requests that stay in memory: 16 bytes of each, 24 where there are sessions; pieces that are read again, and prefixes of prompts: measured. */
export function streamedFileBytes(requests: number, prompts: StreamedPrompts): number {
  return requests * (prompts === 'sessions' ? 24 : 16) + (prompts === 'lengths' ? 0 : 96 * 2 ** 20)
}

/**
 * What to say of a sweep before its points are run; nothing where all of them keep their requests.
 * @param file what is known of the prompts of a trace that need not be kept; null = it is
 */
export function tellSketchedPoints(
  points: readonly Scenario[],
  file: StreamedPrompts | null = null,
): readonly string[] {
  const isSketched = (scenario: Scenario) =>
    scenario.synthetic === undefined
      ? file !== null && streamsPrompts(scenario, file)
      : streamsSynthetic(scenario, STREAMED_ABOVE)
  if (!points.some(isSketched)) return []
  const above = STREAMED_ABOVE.toLocaleString('en-US')
  return [
    `Points of more than ${above} requests keep none of them: their percentiles are ${SKETCHED_PERCENTILES}`,
  ]
}
