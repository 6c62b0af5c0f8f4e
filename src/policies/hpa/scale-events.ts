import type {HpaBehavior, RatePolicy, ScalingRules} from '../../config/scaling/hpa-spec.ts'

interface ScaleEvent {
  change: number
  timeMs: number
  isOutdated: boolean
}

/**
 * Changes of size that the controller made, for its rate limits (policies.md 1.8.3). An event is marked outdated by its
 * own direction's longest period, but counts for the other direction until a new one takes its slot: a quirk of the
 * reference, kept because it changes decisions.
 */
export class ScaleEvents {
  readonly #ups: ScaleEvent[] = []
  readonly #downs: ScaleEvent[] = []

  store(change: number, nowMs: number, behavior: HpaBehavior): void {
    if (change === 0) return
    const [events, rules] =
      change > 0 ? [this.#ups, behavior.scaleUp] : ([this.#downs, behavior.scaleDown] as const)
    const longestMs = Math.max(...rules.policies.map(policy => policy.periodS * 1000))
    for (const event of events) if (event.timeMs < nowMs - longestMs) event.isOutdated = true
    const event = {change: Math.abs(change), timeMs: nowMs, isOutdated: false}
    const slot = events.findLastIndex(old => old.isOutdated)
    if (slot < 0) events.push(event)
    else events[slot] = event
  }

  /** The largest size that the rules let the fleet grow to. */
  limitUp(spec: number, nowMs: number, rules: ScalingRules): number {
    return this.#limit(spec, nowMs, rules, (base, policy) =>
      policy.type === 'Pods' ? base + policy.value : Math.ceil(base * (1 + policy.value / 100)),
    )
  }

  /** The smallest size that the rules let the fleet shrink to. */
  limitDown(spec: number, nowMs: number, rules: ScalingRules): number {
    // The larger change is the smaller size here, so both are turned round.
    return -this.#limit(spec, nowMs, rules, (base, policy) =>
      policy.type === 'Pods' ? policy.value - base : -Math.trunc(base * (1 - policy.value / 100)),
    )
  }

  /** `allowed` grows with the change that a policy allows. */
  #limit(
    spec: number,
    nowMs: number,
    rules: ScalingRules,
    allowed: (base: number, policy: RatePolicy) => number,
  ): number {
    const limits = rules.policies.map(policy => {
      const cutoff = nowMs - policy.periodS * 1000
      const base = spec - sumSince(this.#ups, cutoff) + sumSince(this.#downs, cutoff)
      return allowed(base, policy)
    })
    return rules.select === 'Min' ? Math.min(...limits) : Math.max(...limits)
  }
}

function sumSince(events: readonly ScaleEvent[], cutoffMs: number): number {
  return events.reduce((sum, event) => (event.timeMs > cutoffMs ? sum + event.change : sum), 0)
}
