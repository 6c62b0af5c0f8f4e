import {JsonFields} from '../../core/json-fields.ts'
import type {Result} from '../../core/result.ts'
import {answerHpaTicks} from './answer-hpa.ts'
import {answerKedaTicks} from './answer-keda.ts'
import {answerKpaTicks} from './answer-kpa.ts'

const ANSWERS = {hpa: answerHpaTicks, keda: answerKedaTicks, kpa: answerKpaTicks}

/**
 * Decides a recorded timeline anew, the `policy` subcommand's whole work: `config` and, tick by tick, what the
 * autoscaler saw go in; the same structure comes back with what ours decides.
 */
export function answerTimeline(input: unknown): Result<unknown> {
  const fields = new JsonFields(input, '')
  const policy = fields.choice('policy', ['hpa', 'keda', 'kpa'])
  const ticks = fields.list('ticks')
  const checked = fields.finish(null)
  if (!checked.ok) return checked
  const answered = ANSWERS[policy](fields, ticks)
  if (!answered.ok) return answered
  return {ok: true, value: {...(input as object), ticks: answered.value}}
}
