import type {PlannerConfig} from '../../../config/scenario.ts'
import type {InstanceCheck, LatencySide} from '../../../policies/dynamo/latency-side.ts'
import type {CountSteps} from '../../../policies/dynamo/load-decision.ts'
import type {LoadReason} from '../../../policies/dynamo/reasons.ts'
import type {LoadDecision} from '../../../policies/dynamo/rules-1.2/load-scaling.ts'
import type {LoadGrounds} from '../../../policies/dynamo/rules-1.2/tick-decision.ts'
import type {UtilisationSide} from '../../../policies/dynamo/rules-1.2/utilisation-side.ts'
import type {DynamoTick} from '../../../report/dynamo-ticks.ts'
import {formatExact, formatMs, formatValue} from '../../kit/format.ts'
import {tellThroughput} from './tell-throughput.ts'

/** Why a tick decided as it did, the way an operator would put it: one sentence per decision and pool. */
export function tellReasons(tick: DynamoTick, config: PlannerConfig): string[] {
  const {load, throughput, grounds} = tick.explanation
  return [
    ...(load === null || grounds.load === null ? [] : tellLoad({tick, config, load, grounds: grounds.load})),
    ...(throughput === null ? [] : tellThroughput(throughput, config, tick)),
    ...(load === null && throughput === null ? ['No decision was due: this tick saw no traffic.'] : []),
  ]
}

interface LoadStory {
  readonly tick: DynamoTick
  readonly config: PlannerConfig
  readonly load: LoadDecision
  readonly grounds: LoadGrounds
}

function tellLoad(story: LoadStory): string[] {
  const {load, grounds, tick, config} = story
  const {prefillCounts, decodeCounts, prefillUse, decodeUse, ttft, itl} = load.explanation
  if (decodeCounts === null && decodeUse === null) return [tellGuard(load.reason, story)]
  if (grounds.topology === 'agg') {
    const sides = [ttft, itl].filter(side => side !== null)
    const steps = decodeCounts ?? unchanged(grounds.pool.ready)
    const bound = tick.throughput_lower_bound_decode ?? 1
    return tellPool({
      name: '',
      steps,
      sides,
      use: decodeUse,
      bound,
      config,
      samples: grounds.pool.sampleCount,
    })
  }
  const {prefill, decode} = grounds
  return [
    ...tellPool({
      name: 'Prefill',
      steps: prefillCounts ?? unchanged(prefill.ready),
      sides: ttft === null ? [] : [ttft],
      use: prefillUse,
      bound: tick.throughput_lower_bound_prefill ?? 1,
      config,
      samples: prefill.sampleCount,
    }),
    ...tellPool({
      name: 'Decode',
      steps: decodeCounts ?? unchanged(decode.ready),
      sides: itl === null ? [] : [itl],
      use: decodeUse,
      bound: tick.throughput_lower_bound_decode ?? 1,
      config,
      samples: decode.sampleCount,
    }),
  ]
}

function unchanged(ready: number): CountSteps {
  return {current: ready, wanted: ready, floored: ready, final: ready}
}

/** A guard stopped the decision before anything was compared. */
function tellGuard(reason: LoadReason, {grounds, config}: LoadStory): string {
  const pools = grounds.topology === 'agg' ? [grounds.pool] : [grounds.prefill, grounds.decode]
  switch (reason) {
    case 'disabled':
      return 'Load scaling is switched off; the passes of this window were only learned from.'
    case 'no_fpm_data':
      return 'Held still: no instance has reported a forward pass yet, so there was nothing to go by.'
    case 'scaling_in_progress': {
      const {ready, expected} = pools[0]!
      const awaited = `${expected} ${expected === 1 ? 'replica was' : 'replicas were'} asked for and ${ready} ${ready === 1 ? 'serves' : 'serve'}`
      return `Held still: the last decision is still being carried out, ${awaited}.`
    }
    case 'worker_count_mismatch': {
      const odd =
        pools.find(({instances, ready}) => instances.length > 0 && instances.length !== ready) ?? pools[0]!
      return (
        `Held still: ${odd.instances.length} of ${odd.ready} serving replicas have reported a pass, ` +
        'and the planner does not act on part of the picture.'
      )
    }
    default: {
      const seen = Math.min(...pools.map(pool => pool.sampleCount))
      return `Held still: ${seen} forward passes have been learned from, at least ${config.load_min_observations} are needed.`
    }
  }
}

interface PoolStory {
  /** Empty for the one pool of an aggregated fleet. */
  readonly name: string
  readonly steps: CountSteps
  readonly sides: readonly LatencySide[]
  readonly use: UtilisationSide | null
  readonly bound: number
  readonly config: PlannerConfig
  /** Passes that the regression held; null where several kinds are learned apart. */
  readonly samples: number | null
}

/**
 * What became of the replicas, then the step that settled it: load, a floor, or the budget. Where some instances are over
 * target the question is why there are not more, and why not fewer only comes second.
 */
export function tellPool(story: PoolStory): string[] {
  const {name, steps, sides, config} = story
  const outcome = `${tellChange(steps)}: ${tellCause(story)}.`
  const refused = isHeldByRule(story) ? sides.find(side => side.isRefused) : undefined
  const sentences =
    refused === undefined ? [outcome] : [outcome, `Not fewer either: ${tellRefusal(refused, config)}.`]
  return name === ''
    ? sentences
    : sentences.map(text => `${name}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`)
}

/** Some instances are over a target, not all, and the fleet keeps its size. */
function isHeldByRule({steps: {current, wanted}, sides}: Pick<PoolStory, 'steps' | 'sides'>): boolean {
  return wanted === current && sides.some(side => overOf(side).length > 0)
}

function overOf({checks, targetMs}: LatencySide): readonly InstanceCheck[] {
  return checks.filter(({estimateMs}) => estimateMs !== null && estimateMs > targetMs)
}

/** The rule in force: "a replica is added only if every instance is over, and 1 of 4 is". */
function tellRule(sides: readonly LatencySide[]): string {
  const [side] = sides
    .filter(each => overOf(each).length > 0)
    .sort((a, b) => overOf(b).length - overOf(a).length) as [LatencySide]
  const over = overOf(side)
  const worst = over.reduce((most, check) => (check.estimateMs! > most.estimateMs! ? check : most))
  const count = `${over.length} of ${estimatesOf(side).length} ${over.length === 1 ? 'is' : 'are'}`
  return (
    `load scaling adds a replica only if every instance is over its ${nameOf(side)} target of ${formatMs(side.targetMs)}, and ` +
    `${count} (instance ${worst.instanceId} at ${formatMs(worst.estimateMs!)})`
  )
}

function tellChange({current, final}: CountSteps): string {
  if (final > current) return `Scaled up from ${current} to ${final}`
  return final < current ? `Scaled down from ${current} to ${final}` : `Kept ${current}`
}

function tellCause(story: PoolStory): string {
  const {steps, config, bound} = story
  const {current, wanted, floored, final} = steps
  const load = tellLoadWish(story)
  if (final !== floored) {
    const limits = `the budget allows ${budgetWords(config)}, which comes last`
    return `${load}, but ${limits} and turns ${floored} into ${final}`
  }
  if (floored === wanted) return load
  const floor =
    config.enable_throughput_scaling && bound >= floored
      ? `throughput scaling's lower bound is ${bound}`
      : `fewest replicas per pool (min_endpoint) is ${config.min_endpoint}`
  return wanted < current
    ? `load would have allowed ${wanted}, but ${floor}`
    : `${floor}; load alone would have kept ${wanted}`
}

function budgetWords({min_gpu_budget: min, max_gpu_budget: max}: PlannerConfig): string {
  if (min < 0) return `at most ${max}`
  return max < 0 ? `no fewer than ${min}` : `${min} to ${max}`
}

/** What load alone asked for, as a clause. */
function tellLoadWish({steps, sides, use, config, samples}: PoolStory): string {
  if (use !== null) return tellUse(use, steps)
  const {current, wanted} = steps
  if (wanted > current) {
    const over = sides.filter(side => (side.desired ?? 0) > current)
    return over.map(tellOver).join(', and ')
  }
  const known = sides.filter(side => side.checks.some(({estimateMs}) => estimateMs !== null))
  if (known.length === 0 && wanted === current)
    return samples === null ? 'the passes seen so far give no usable latency estimate' : tellBlind(samples)
  if (isHeldByRule({steps, sides})) return tellRule(sides)
  const refused = sides.find(side => side.isRefused)
  if (wanted < current) {
    const metrics = sides.map(nameOf).join(' and ')
    return `with ${wanted} replica${wanted === 1 ? '' : 's'} every instance would still keep ${metrics} within the margin`
  }
  if (refused !== undefined) return tellRefusal(refused, config)
  if (current === 1)
    return `${known.map(tellWithin).join(' and ')}, and one replica is the fewest there can be`
  if (current <= config.min_endpoint) {
    return `${known.map(tellWithin).join(' and ')}, and fewest replicas per pool (min_endpoint) is ${config.min_endpoint}`
  }
  return `${known.map(tellWithin).join(' and ')}, and not every target allows one replica less`
}

/** No fit, no estimate, no decision: the state in which load scaling sees nothing. */
function tellBlind(samples: number): string {
  return (
    `the planner is blind, because the ${samples} passes it remembers give no line on which more load takes longer; such a fit ` +
    'is rejected, and without one no instance has a latency estimate'
  )
}

function nameOf({metric}: LatencySide): string {
  return metric === 'ttft' ? 'TTFT' : 'ITL'
}

function estimatesOf({checks}: LatencySide): number[] {
  return checks.flatMap(({estimateMs}) => (estimateMs === null ? [] : [estimateMs]))
}

function tellOver(side: LatencySide): string {
  const estimates = estimatesOf(side)
  const least = formatMs(Math.min(...estimates))
  const target = formatMs(side.targetMs)
  return estimates.length === 1
    ? `the only instance is estimated at ${nameOf(side)} of ${least}, over the target of ${target}`
    : `${estimates.length === 2 ? 'both' : `all ${estimates.length}`} instances are estimated at ${nameOf(side)} over ${target}, ${least} at best`
}

function tellWithin(side: LatencySide): string {
  const estimates = estimatesOf(side)
  const within = estimates.filter(estimate => estimate <= side.targetMs).length
  const target = `${nameOf(side)} target of ${formatMs(side.targetMs)}`
  if (estimates.length === 1) return `the instance meets the ${target} (${formatMs(estimates[0]!)} expected)`
  return `${within} of ${estimates.length} instances meet the ${target}`
}

function tellRefusal(side: LatencySide, {load_scaling_down_sensitivity}: PlannerConfig): string {
  const failed = side.checks.find(({consolidation}) => consolidation?.passes === false)
  if (failed?.consolidation === undefined) return 'one replica less was judged unsafe'
  const {valueMs, limitMs, kvTokens} = failed.consolidation
  const lead = `with one replica less instance ${failed.instanceId}`
  if (valueMs === null)
    return `${lead} would hold ${formatValue(kvTokens, 'tokens')} KV tokens, more than fit`
  const share = `${load_scaling_down_sensitivity} % of`
  if (side.metric === 'itl') {
    return `${lead} would reach ITL of ${formatMs(valueMs)}, over ${formatMs(limitMs)} (${share} the target)`
  }
  if (limitMs <= 0) return `${lead} would use up the whole TTFT target on a new prompt alone`
  return `${lead} would make a prompt wait ${formatMs(valueMs)} in the queue, over ${formatMs(limitMs)} (${share} what the TTFT target leaves)`
}

function tellUse(use: UtilisationSide, {current, wanted}: CountSteps): string {
  const what = use.metric === 'kv_tokens' ? 'KV cache' : 'prefill queue'
  if (use.shares.length === 0) return `nothing is known of the load on the ${what}`
  const fullest = use.shares.reduce((most, share) => (share.share > most.share ? share : most))
  const percent = (share: number) => `${formatExact(Math.round(share * 1000) / 10)} %`
  const level = `the fullest ${what} is at ${percent(fullest.share)} of its capacity (instance ${fullest.instanceId})`
  if (wanted > current) return `${level}, past the ${percent(use.scaleUpAt)} at which any one scales up`
  if (wanted < current) return `${level}, and all are under the ${percent(use.scaleDownAt)} that scales down`
  return `${level}, between the marks for down (${percent(use.scaleDownAt)}) and up (${percent(use.scaleUpAt)})`
}
