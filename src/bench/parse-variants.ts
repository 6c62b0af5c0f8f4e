import {AUTOSCALERS} from '../config/scaling/parse-policy-text.ts'
import {isObject, type JsonObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'

/** Policies that can be given settings of one's own. */
export const VARIED = ['dynamo', ...AUTOSCALERS, 'schedule'] as const
type Varied = (typeof VARIED)[number]

/** Settings beside those that a bench begins with: of each policy as many as there are. */
export type BenchVariants = Readonly<Partial<Record<Varied, readonly JsonObject[]>>>

/** So many lines of one policy can still be told apart. */
const MOST = 32

/**
 * `{"dynamo": [{"ttft": 900}, {"min_endpoint": 3}], "hpa": [{"running": 12}, {"pools": {...}}]}`: of the planner what differs
 * from the scenario's config, of an autoscaler or a schedule a document as `--policy-config` takes it, of an autoscaler also targets
 * alone.
 */
export function parseVariants(given: unknown): Result<BenchVariants> {
  if (!isObject(given)) return fail('settings of a bench are an object of policies and lists of settings')
  for (const [name, list] of Object.entries(given)) {
    if (!VARIED.some(own => own === name))
      return fail(`settings of a bench are of ${VARIED.join(', ')}, got '${name.slice(0, 40)}'`)
    if (!Array.isArray(list) || list.length > MOST || !list.every(isObject))
      return fail(`settings of ${name} must be a list of objects, of ${MOST} at the most`)
  }
  return ok(given as BenchVariants)
}
