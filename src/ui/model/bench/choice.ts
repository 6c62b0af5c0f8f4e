import {BENCH_KINDS, type BenchChoice, DEFAULT_CHOICE} from '../../../bench/bench-choice.ts'
import {type BenchVariants, parseVariants} from '../../../bench/parse-variants.ts'
import type {Pair} from '../../../config/link/query-string.ts'
import {isEqual} from '../../../core/is-equal.ts'

/** Fewer than on the command line: a tab has few cores, and somebody waits. */
export const PAGE_CHOICE: BenchChoice = {...DEFAULT_CHOICE, maxRuns: 80}

const NUMBERS = [
  ['bench-phases', 'phases', 32],
  ['bench-most', 'most', 1024],
  ['bench-attempts', 'maxRuns', 10_000],
] as const

/** The bench's part of a link; what is as usual is left out. */
export function choicePairs(choice: BenchChoice): readonly Pair[] {
  const kinds: readonly Pair[] = isEqual(choice.kinds, PAGE_CHOICE.kinds)
    ? []
    : [['bench', choice.kinds.join(',')]]
  const numbers = NUMBERS.flatMap(([key, field]): readonly Pair[] => {
    const value = choice[field]
    return value === null || value === PAGE_CHOICE[field] ? [] : [[key, String(value)]]
  })
  const price: readonly Pair[] =
    choice.pricePerGpuHour === null ? [] : [['bench-price', String(choice.pricePerGpuHour)]]
  const settings: readonly Pair[] = isEqual(choice.variants, {})
    ? []
    : [['bench-settings', JSON.stringify(choice.variants)]]
  return [...kinds, ...numbers, ...price, ...settings]
}

/** Reads what of it can be read, and says what cannot. */
export function readChoice(pairs: readonly Pair[]): {
  readonly choice: BenchChoice
  readonly ignored: readonly string[]
} {
  let choice = PAGE_CHOICE
  const ignored: string[] = []
  for (const [key, value] of pairs) {
    const read = readPair(choice, key, value)
    if (read === null) ignored.push(`${key}=${value.slice(0, 60)}`)
    else choice = read
  }
  return {choice, ignored}
}

function readPair(choice: BenchChoice, key: string, value: string): BenchChoice | null {
  if (key === 'bench') {
    const names = value.split(',')
    const kinds = BENCH_KINDS.filter(kind => names.includes(kind))
    return kinds.length > 0 && kinds.length === names.length ? {...choice, kinds} : null
  }
  if (key === 'bench-price') {
    const price = Number(value)
    return value !== '' && Number.isFinite(price) && price >= 0 ? {...choice, pricePerGpuHour: price} : null
  }
  if (key === 'bench-settings') {
    const variants = variantsOfJson(value)
    return variants === null ? null : {...choice, variants}
  }
  const found = NUMBERS.find(([name]) => name === key)
  if (found === undefined) return null
  const [, field, most] = found
  const count = Number(value)
  return Number.isInteger(count) && count >= 1 && count <= most ? {...choice, [field]: count} : null
}

function variantsOfJson(text: string): BenchVariants | null {
  try {
    const variants = parseVariants(JSON.parse(text))
    return variants.ok ? variants.value : null
  } catch {
    return null
  }
}
