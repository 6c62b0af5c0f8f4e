import {fail, ok, type Result} from '../core/result.ts'
import type {Field} from './field.ts'
import type {FieldValue} from './field-text.ts'
import type {SyntheticSpec} from './scenario.ts'
import {checkSynthetic, SYNTHETIC_FIELDS} from './synthetic-fields.ts'

const shared = {group: 'traffic', unit: null} as const

/** Generated traffic of 1.6.1: arrivals may also come at a rate, exponentially spaced (engine-1.6.md 2.1). */
export const SYNTHETIC_FIELDS_16: readonly Field<keyof SyntheticSpec, 'traffic'>[] = [
  ...SYNTHETIC_FIELDS,
  {
    ...shared,
    key: 'request_rate',
    label: 'Arrival rate',
    help: 'Arrivals per second, exponentially spaced, in place of the interval; empty = evenly, by the interval.',
    unit: '1/s',
    advanced: false,
    type: 'number',
    nullable: true,
    min: Number.MIN_VALUE,
    max: 1e9,
    default: null,
  },
  {
    ...shared,
    key: 'arrival_seed',
    label: 'Arrival seed',
    help: 'Of the spacing of arrivals at a rate.',
    advanced: true,
    type: 'integer',
    nullable: false,
    min: 0,
    max: 2 ** 32 - 1,
    default: 42,
  },
]

/** The seed says nothing without a rate. */
export function readSynthetic16(
  values: Readonly<Record<string, FieldValue | undefined>>,
): Result<SyntheticSpec> {
  const {request_rate: rate = null, arrival_seed: seed, ...plain} = values
  const even = checkSynthetic(plain as unknown as SyntheticSpec)
  if (!even.ok || rate === null) return even
  if (!(typeof rate === 'number' && rate > 0))
    return fail(`request_rate must be a finite positive number, got ${rate}`, 'request_rate')
  return ok({...even.value, request_rate: rate, arrival_seed: typeof seed === 'number' ? seed : 42})
}
