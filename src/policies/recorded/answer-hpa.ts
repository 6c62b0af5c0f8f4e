import {readHpaController, readHpaSpec} from '../../config/scaling/parse-hpa-spec.ts'
import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import {HpaAutoscaler} from '../hpa/hpa-autoscaler.ts'
import {readHpaSeen, toHpaOut} from './hpa-tick.ts'

export function answerHpaTicks(fields: JsonFields, ticks: readonly unknown[]): Result<unknown[]> {
  const config = fields.object('config')
  const controller = readHpaController(config.object('controller'))
  const spec = readHpaSpec(config.object('spec'), controller)
  const checked = fields.finish(spec)
  if (!checked.ok) return checked
  const autoscaler = new HpaAutoscaler(spec, controller)
  const requestMilli = fields.object('plant').number('cpuRequestMilli', {absent: 0})
  const answered = ticks.map((item, i) => {
    const tick = new JsonFields(item, `ticks[${i}]`)
    const seen = readHpaSeen(tick, spec.metrics, requestMilli)
    const read = tick.finish(seen)
    if (!read.ok) return read
    const out = toHpaOut(autoscaler.sync(seen), seen.specReplicas)
    return {ok: true as const, value: {...(item as object), out}}
  })
  return collect(answered)
}

/** All values, or the first problem. */
export function collect<T>(results: readonly Result<T>[]): Result<T[]> {
  const values: T[] = []
  for (const result of results) {
    if (!result.ok) return result
    values.push(result.value)
  }
  return {ok: true, value: values}
}
