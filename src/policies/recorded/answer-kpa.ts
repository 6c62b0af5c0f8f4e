import {parseKpaConfig} from '../../config/scaling/parse-kpa-config.ts'
import {JsonFields} from '../../core/json-fields.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {KpaAutoscaler, type KpaOutcome} from '../kpa/kpa-autoscaler.ts'
import {collect} from './answer-hpa.ts'

export function answerKpaTicks(fields: JsonFields, ticks: readonly unknown[]): Result<unknown[]> {
  const config = fields.object('config')
  const source = {
    configMap: config.raw('configMap'),
    annotations: config.raw('annotations'),
    containerConcurrency: config.number('containerConcurrency', {min: 0, absent: 0}),
  }
  const checked = fields.finish(null)
  if (!checked.ok) return checked
  const parsed = parseKpaConfig(source)
  if (!parsed.ok) return parsed
  const first = new JsonFields(ticks[0] ?? {}, 'ticks[0]')
  const start = {nowMs: 0, readyPods: first.whole('ready', {min: 0, absent: 0})}
  const autoscaler = new KpaAutoscaler(parsed.value, start, roundsDown(fields.text('reference', '')))
  return collect(ticks.map((item, i) => answerTick(autoscaler, item, i)))
}

function answerTick(autoscaler: KpaAutoscaler, item: unknown, i: number): Result<unknown> {
  const tick = new JsonFields(item, `ticks[${i}]`)
  const nowMs = tick.number('tMs')
  const ready = tick.whole('ready', {min: 0})
  const samples = tick.list('samples')
  const read = tick.finish(null)
  if (!read.ok) return read
  for (const sample of samples) {
    const [timeMs, value] = Array.isArray(sample) ? sample : []
    if (typeof timeMs !== 'number' || typeof value !== 'number') {
      return fail(`ticks[${i}].samples holds something else than pairs of time and value`)
    }
    autoscaler.record(timeMs, value)
  }
  return ok({...(item as object), out: toKpaOut(autoscaler.decide(nowMs, ready))})
}

function toKpaOut(outcome: KpaOutcome): Record<string, unknown> {
  const {isValid, desired, applied, excessBurst, stable, panic} = outcome
  return {valid: isValid, desired, applied, excessBurst, stable, panic}
}

/** Averages were cut off at six decimals before 0.51. */
function roundsDown(reference: string): boolean {
  const minor = /\bv0\.(\d+)\./.exec(reference)?.[1]
  return minor !== undefined && Number(minor) < 51
}
