import {isObject} from '../../core/is-object.ts'
import {fail} from '../../core/result.ts'
import {type FieldShape, quoted} from '../field.ts'
import {coerceLax} from './lax-coercion.ts'

const text = {type: 'text', nullable: false, default: null} as const
const count = {type: 'integer', nullable: false, min: 1, max: Number.MAX_SAFE_INTEGER, default: null} as const

const SPEC: readonly (readonly [string, FieldShape])[] = [
  ['hf_id', text],
  ['system', text],
  ['backend', {type: 'choice', nullable: false, choices: ['trtllm', 'vllm', 'sglang'], default: null}],
  ['isl', count],
  ['osl', count],
  ['sweep_max_context_length', count],
  ['prefill_interpolation_granularity', count],
  ['decode_interpolation_granularity', count],
]
const PICKS = ['prefill_pick', 'decode_pick']
const PICK_SIZES = ['tp', 'pp', 'dp', 'moe_tp', 'moe_ep']

type Problem = ReturnType<typeof fail>

/** The live planner's sweep: checked as in the reference, and never run in a replay. null = nothing wrong. */
export function checkAicInterpolation(value: unknown): Problem | null {
  if (value === undefined || value === null) return null
  if (!isObject(value)) return refuse('', `Input should be a valid dictionary, got ${quoted(value)}`)
  for (const [key, shape] of SPEC) {
    if (!Object.hasOwn(value, key)) return refuse(key, 'Field required')
    const problem = checkValue(key, shape, value[key], 1)
    if (problem !== null) return problem
  }
  for (const pick of PICKS) {
    const sizes = value[pick]
    if (sizes === undefined) return refuse(pick, 'Field required')
    if (!isObject(sizes)) return refuse(pick, `Input should be a valid dictionary, got ${quoted(sizes)}`)
    for (const size of PICK_SIZES) {
      const problem = size in sizes ? checkValue(`${pick}.${size}`, count, sizes[size], -Infinity) : null
      if (problem !== null) return problem
    }
  }
  return null
}

function checkValue(path: string, shape: FieldShape, value: unknown, min: number): Problem | null {
  const coerced = coerceLax(shape, value)
  if (!coerced.ok) return refuse(path, `${coerced.message}, got ${quoted(value)}`)
  if (typeof coerced.value !== 'number' || coerced.value >= min) return null
  return refuse(path, `Input should be greater than ${min - 1}, got ${quoted(value)}`)
}

function refuse(path: string, sentence: string): Problem {
  const field = path === '' ? 'planner.aic_interpolation' : `planner.aic_interpolation.${path}`
  return fail(`${field}: ${sentence}.`, field)
}
