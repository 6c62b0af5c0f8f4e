import type {HpaMetric, HpaSpec} from '../../config/scaling/hpa-spec.ts'
import {formatSignal, type Signal} from '../../config/scaling/signal.ts'
import type {HpaOutcome} from './hpa-autoscaler.ts'
import type {Proposal} from './tolerance.ts'

/** What a sync went by and what held it, in the HPA's own terms, a sentence each. */
export function describeSync(
  outcome: HpaOutcome,
  pool: {readonly spec: HpaSpec; readonly signals: readonly Signal[]; readonly replicas: number},
): string[] {
  const {spec, signals, replicas} = pool
  const metrics = (outcome.proposals ?? []).map((proposal, i) => {
    const metric = spec.metrics[i]
    const signal = signals[i]
    return metric === undefined || signal === undefined ? '' : describeMetric(metric, signal, proposal)
  })
  return [...metrics, ...describeHold(outcome, spec), describeResult(outcome, replicas)].filter(
    text => text !== '',
  )
}

function describeMetric(metric: HpaMetric, signal: Signal, proposal: Proposal | null): string {
  const name = formatSignal(signal)
  if (proposal === null) return `${name}: no value, so this metric fails.`
  const {target} = metric
  const wanted = target.type === 'utilization' ? `${target.percent} %` : String(target.milli / 1000)
  const per = target.type === 'averageValue' ? ' a replica' : ''
  const current = proposal.current === null ? 'no replicas' : `${proposal.current / 1000}${per}`
  const ratio = Number.isFinite(proposal.ratio) ? `ratio ${proposal.ratio.toFixed(2)}` : 'no ratio'
  const verdict = proposal.isWithinTolerance
    ? 'within the tolerance, keeps its size'
    : `asks for ${proposal.replicas}`
  return `${name}: ${current} against ${wanted}${per}, ${ratio}: ${verdict}.`
}

/** Which window, rate or bound held the size. */
function describeHold(outcome: HpaOutcome, spec: HpaSpec): string[] {
  const {able, limited} = outcome.conditions
  const {stabilised} = outcome
  if (stabilised === null) return []
  const texts: string[] = []
  const wanted = outcome.metric === null ? null : outcome.proposals?.[outcome.metric]?.replicas
  if (wanted !== undefined && wanted !== null && wanted !== stabilised) {
    texts.push(`The stabilisation window makes ${stabilised} of ${wanted}.`)
  }
  if (limited === 'True/ScaleUpLimit') {
    texts.push(`The scale-up limit (${ratesOf(spec, 'scaleUp')}) allows ${outcome.desired}.`)
  }
  if (limited === 'True/ScaleDownLimit') {
    texts.push(`The scale-down limit (${ratesOf(spec, 'scaleDown')}) allows ${outcome.desired}.`)
  }
  if (limited === 'True/TooManyReplicas') texts.push(`maxReplicas allows ${outcome.desired}.`)
  if (limited === 'True/TooFewReplicas') texts.push(`minReplicas keeps ${outcome.desired}.`)
  if (texts.length === 0 && able === 'True/ScaleDownStabilized') {
    texts.push('Larger recommendations of the stabilisation window keep the size.')
  }
  return texts
}

function ratesOf(spec: HpaSpec, direction: 'scaleUp' | 'scaleDown'): string {
  const rules = spec.behavior?.[direction]
  if (rules === undefined) return 'twice the size, or four'
  if (rules.select === 'Disabled') return 'disabled'
  const rates = rules.policies.map(
    ({type, value, periodS}) => `${value}${type === 'Percent' ? ' %' : ''} per ${periodS} s`,
  )
  return rates.join(rules.select === 'Min' ? ' and ' : ' or ')
}

function describeResult({desired, why, hasError, metric, conditions}: HpaOutcome, replicas: number): string {
  if (conditions.active === 'False/ScalingDisabled') return 'Somebody else scaled to zero: left alone.'
  if (hasError && metric === null) return 'A metric failed, and no other asks for more: nothing moves.'
  if (desired === replicas) return ''
  const reason = {
    'above-max': ', the most there may be',
    'below-min': ', the least there may be',
    'above-target': '',
    'below-target': '',
  }[why ?? 'above-target']
  return `From ${replicas} to ${desired}${reason}.`
}
