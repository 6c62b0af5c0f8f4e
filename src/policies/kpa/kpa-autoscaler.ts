import {KPA_TICK_S, type KpaConfig} from '../../config/scaling/kpa-config.ts'
import {MetricWindow} from './metric-window.ts'

/** One decision of the autoscaler, and what it went by. */
export interface KpaOutcome {
  /** False: no samples to go by, the size is kept. */
  readonly isValid: boolean
  /** What the autoscaler wants, before the bounds. */
  readonly desired: number
  /** The size after min-scale, max-scale and at least one. */
  readonly applied: number
  readonly stable: number
  readonly panic: number
  readonly isPanicking: boolean
  /** Requests that the ready replicas could take beyond the wanted burst; below zero the activator stays in the path. */
  readonly excessBurst: number
  /** What the rate limit or the delay held back; null: nothing. */
  readonly heldBy: 'scale-up rate' | 'scale-down rate' | 'panic' | 'scale-down delay' | null
}

/** Knative's pod autoscaler (policies.md 3): a stable average, and a panic average that takes over in bursts. */
export class KpaAutoscaler {
  readonly #config: KpaConfig
  readonly #stable: MetricWindow
  readonly #panic: MetricWindow
  /** Decisions by slot of two seconds, for the scale-down delay. */
  readonly #recent = new Map<number, number>()
  #panicSinceMs: number | null = null
  #highest = 0
  #applied: number

  /** @param start it panics from the start where it finds more than one ready replica */
  constructor(
    config: KpaConfig,
    start: {readonly nowMs: number; readonly readyPods: number},
    roundsDown = false,
  ) {
    this.#config = config
    this.#stable = new MetricWindow(config.stableWindowS, roundsDown)
    this.#panic = new MetricWindow(config.panicWindowS, roundsDown)
    this.#applied = start.readyPods
    if (start.readyPods <= 1) return
    this.#panicSinceMs = start.nowMs
    this.#highest = start.readyPods
  }

  /** One sample a second: the sum over all replicas. */
  record(timeMs: number, value: number): void {
    this.#stable.record(timeMs, value)
    this.#panic.record(timeMs, value)
  }

  decide(nowMs: number, readyPods: number): KpaOutcome {
    const age = this.#stable.age(nowMs)
    if (age === null || age > this.#config.stableWindowS) return this.#withoutData()
    const stable = this.#average(this.#stable, nowMs)
    const panic = this.#average(this.#panic, nowMs)
    const wanted = this.#want(nowMs, Math.max(1, readyPods), stable, panic)
    this.#applied = this.#bound(wanted.desired)
    const {total, targetBurstCapacity: burst} = this.#config
    const room = Math.floor(readyPods * total - burst - panic)
    return {
      isValid: true,
      ...wanted,
      applied: this.#applied,
      stable,
      panic,
      excessBurst: burst === 0 ? 0 : burst < 0 ? -1 : room,
    }
  }

  #withoutData(): KpaOutcome {
    return {
      isValid: false,
      desired: 0,
      applied: this.#applied,
      stable: 0,
      panic: 0,
      isPanicking: this.#panicSinceMs !== null,
      excessBurst: 0,
      heldBy: null,
    }
  }

  #average(window: MetricWindow, nowMs: number): number {
    return this.#config.aggregation === 'linear' ? window.average(nowMs) : window.weightedAverage(nowMs)
  }

  #want(
    nowMs: number,
    ready: number,
    stable: number,
    panic: number,
  ): Pick<KpaOutcome, 'desired' | 'isPanicking' | 'heldBy'> {
    const asked = Math.ceil(stable / this.#config.target)
    const askedInPanic = Math.ceil(panic / this.#config.target)
    this.#applyPanic(nowMs, askedInPanic / ready)
    let desired = this.#limitRate(asked, ready)
    let heldBy: KpaOutcome['heldBy'] =
      desired < asked ? 'scale-up rate' : desired > asked ? 'scale-down rate' : null
    const isPanicking = this.#panicSinceMs !== null
    if (isPanicking) {
      const now = Math.max(desired, this.#limitRate(askedInPanic, ready))
      this.#highest = Math.max(this.#highest, now)
      if (this.#highest > now) heldBy = 'panic'
      desired = this.#highest
    }
    const delayed = this.#delayDown(nowMs, desired)
    return {desired: delayed, isPanicking, heldBy: delayed > desired ? 'scale-down delay' : heldBy}
  }

  #applyPanic(nowMs: number, load: number): void {
    const {panicThreshold, stableWindowS} = this.#config
    if (load >= panicThreshold) this.#panicSinceMs = nowMs
    else if (this.#panicSinceMs !== null && this.#panicSinceMs + stableWindowS * 1000 < nowMs) {
      this.#panicSinceMs = null
      this.#highest = 0
    }
  }

  /** Ready replicas, not wished ones, carry the rates. */
  #limitRate(asked: number, ready: number): number {
    const {maxScaleUpRate, maxScaleDownRate, activationScale} = this.#config
    const up = Math.ceil(maxScaleUpRate * ready)
    const down = Math.floor(ready / maxScaleDownRate)
    const limited = Math.min(Math.max(asked, down), up)
    return activationScale > 1 && asked > 0 && limited < activationScale ? activationScale : limited
  }

  #delayDown(nowMs: number, desired: number): number {
    const slots = Math.ceil(this.#config.scaleDownDelayS / KPA_TICK_S)
    if (slots === 0) return desired
    const slot = Math.floor(nowMs / (KPA_TICK_S * 1000))
    this.#recent.set(slot, Math.max(desired, this.#recent.get(slot) ?? 0))
    for (const old of this.#recent.keys()) if (old <= slot - slots) this.#recent.delete(old)
    return Math.max(...this.#recent.values())
  }

  #bound(desired: number): number {
    const {minScale, maxScale} = this.#config
    const least = Math.max(desired, minScale)
    return Math.max(1, maxScale > 0 ? Math.min(least, maxScale) : least)
  }
}
