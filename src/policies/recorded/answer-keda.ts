import {type KedaSpec, toHpaSpec} from '../../config/scaling/keda-spec.ts'
import {readHpaController} from '../../config/scaling/parse-hpa-spec.ts'
import {readKedaSpec} from '../../config/scaling/parse-keda-spec.ts'
import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import {HpaAutoscaler} from '../hpa/hpa-autoscaler.ts'
import type {HpaSeen} from '../hpa/hpa-seen.ts'
import {KedaScaler} from '../keda/keda-scaler.ts'
import {collect} from './answer-hpa.ts'
import {readHpaSeen, toHpaOut} from './hpa-tick.ts'

export function answerKedaTicks(fields: JsonFields, ticks: readonly unknown[]): Result<unknown[]> {
  const config = fields.object('config')
  const controller = readHpaController(config.object('controller'))
  const spec = readKedaSpec(config.object('scaledObject'), controller)
  const scaler = new KedaScaler(spec, config.number('createdMs', {absent: 0}))
  const checked = fields.finish(spec)
  if (!checked.ok) return checked
  const timeline = new KedaTimeline(spec, scaler, new HpaAutoscaler(toHpaSpec(spec), controller))
  return collect(ticks.map((item, i) => timeline.answer(item, i)))
}

/** Both loops of one ScaledObject, driven by the ticks of a recording. */
class KedaTimeline {
  readonly #spec: KedaSpec
  readonly #scaler: KedaScaler
  readonly #hpa: HpaAutoscaler
  /** Polls record no pods; a fallback of type Value needs the ready ones. */
  #readyPods = 0

  constructor(spec: KedaSpec, scaler: KedaScaler, hpa: HpaAutoscaler) {
    this.#spec = spec
    this.#scaler = scaler
    this.#hpa = hpa
  }

  answer(item: unknown, i: number): Result<unknown> {
    const tick = new JsonFields(item, `ticks[${i}]`)
    const isPoll = tick.choice('kind', ['hpa', 'poll']) === 'poll'
    const answers = tick.list('values').map(value => (typeof value === 'number' ? value : null))
    const seen = isPoll ? null : readHpaSeen(tick, toHpaSpec(this.#spec).metrics, 0)
    const nowMs = tick.number('tMs')
    const before = isPoll ? tick.whole('replicasBefore', {min: 0}) : 0
    const read = tick.finish(null)
    if (!read.ok) return read
    const out = seen === null ? this.#poll(nowMs, before, answers) : this.#sync(seen, answers)
    return {ok: true, value: {...withoutAnswers(item as object), ...out}}
  }

  #sync(seen: HpaSeen, answers: readonly (number | null)[]): Record<string, unknown> {
    this.#readyPods = seen.pods.filter(pod => pod.phase === 'Running' && pod.isReady).length
    const sizes = {specReplicas: seen.specReplicas, readyPods: this.#readyPods}
    let wasAsked = false
    const askMetrics = (): ReturnType<HpaSeen['askMetrics']> => {
      wasAsked = true
      return this.#scaler.answerHpa(answers, sizes)
    }
    const out = toHpaOut(this.#hpa.sync({...seen, askMetrics}), seen.specReplicas)
    return {...(wasAsked ? this.#failures() : {}), out}
  }

  #poll(nowMs: number, before: number, answers: readonly (number | null)[]): Record<string, unknown> {
    const outcome = this.#scaler.poll({
      nowMs,
      specReplicas: before,
      readyPods: this.#readyPods,
      isHpaActive: this.#hpa.isScalingActive,
      askTriggers: () => answers,
    })
    return {
      ...(outcome.isFromHpa ? {fromHpa: true} : {}),
      replicasAfter: outcome.replicas,
      active: outcome.isActive,
      ...(outcome.hasError ? {error: true} : {}),
      ...this.#failures(),
      lastActiveMs: this.#scaler.lastActiveMs,
    }
  }

  /** Counted in the object's status only where a fallback needs them. */
  #failures(): Record<string, unknown> {
    return this.#spec.fallback === null ? {} : {failures: this.#scaler.failures}
  }
}

/** What a recording tells of the decision must come from ours alone. */
function withoutAnswers(item: object): object {
  const answers = ['out', 'fromHpa', 'replicasAfter', 'active', 'error', 'failures', 'lastActiveMs']
  return Object.fromEntries(Object.entries(item).filter(([key]) => !answers.includes(key)))
}
