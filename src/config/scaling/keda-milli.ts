import {formatFixed} from '../../core/python/python-number.ts'

/** KEDA writes three decimals, and what is no number above zero becomes zero (policies.md 1.2). */
export function toKedaMilli(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0
  return Number(formatFixed(value, 3).replace('.', ''))
}
