import type {Pair} from '../../../config/link/query-string.ts'
import {poolsOf, type Scenario} from '../../../config/scenario.ts'
import type {PoolHours} from '../../../report/gpu-hours.ts'
import {type Prices, priceOf} from '../../../search/prices.ts'
import {Persisted, readStored, writeStored} from '../../kit/persisted.svelte.ts'
import {parsePrice} from './parse-price.ts'

/** In the order they are offered; '' = none is named. */
export const CURRENCIES = [
  '',
  'USD',
  'EUR',
  'GBP',
  'CHF',
  'JPY',
  'CNY',
  'INR',
  'KRW',
  'CAD',
  'AUD',
  'SGD',
] as const

/** Of a GPU that no price names, and of fleets that name no GPU. */
export const ANY_GPU = ''

/** What a GPU-hour of one scenario costs. */
export interface Money {
  /** null = nobody said. */
  readonly price: number | null
  /** '' = none is named. */
  readonly currency: string
}

export const NO_MONEY: Money = {price: null, currency: ''}

const FORMER_PRICE = 'planner-replay-price-per-gpu-hour'
const FORMER_GPU_PRICES = 'planner-replay-gpu-prices'

interface Table {
  readonly prices: Prices
  readonly currency: string
}

/** What all views show money by: a price per GPU-hour for each type of GPU, in one currency, kept over visits. */
export class PriceTable {
  readonly #own = new Persisted<Table>('planner-replay-prices', readTable, tableText)
  /** What the last link brought: it counts until something is typed, and is not kept before. */
  #linked: Table | null = $state.raw(null)

  get prices(): Prices {
    return this.#table.prices
  }

  get currency(): string {
    return this.#table.currency
  }

  /** Of one GPU by its own name; null = nobody said. */
  get(gpu: string): number | null {
    return this.prices[gpu] ?? null
  }

  /** Of a GPU-hour of a scenario, as a search takes it; null = nobody said. @param hours that its pools were paid for in a run */
  of(scenario: Scenario, hours?: PoolHours): number | null {
    return priceOf(scenario, this.prices, hours)
  }

  moneyOf(scenario: Scenario, hours?: PoolHours): Money {
    return {price: this.of(scenario, hours), currency: this.currency}
  }

  /** By the GPUs that a sweep names. */
  get byGpu(): ReadonlyMap<string, number> {
    return new Map(Object.entries(this.prices))
  }

  set(gpu: string, price: number | null): void {
    const others = Object.entries(this.prices).filter(([other]) => other !== gpu)
    const prices = Object.fromEntries(price === null ? others : [...others, [gpu, price]])
    this.#keep({...this.#table, prices})
  }

  setCurrency = (currency: string): void => {
    this.#keep({...this.#table, currency})
  }

  /** Its part of a link; nothing without a price. */
  get linkPairs(): readonly Pair[] {
    const entries = Object.entries(this.prices)
    if (entries.length === 0) return []
    const text = entries
      .map(([gpu, price]) => (gpu === ANY_GPU ? String(price) : `${gpu}:${price}`))
      .join(',')
    return [['price', text], ...(this.currency === '' ? [] : [['currency', this.currency] as const])]
  }

  /** @returns what of the link was of no use */
  readLink(pairs: readonly Pair[]): readonly string[] {
    const ignored: string[] = []
    const prices: Record<string, number> = {}
    let currency = ''
    for (const [key, value] of pairs) {
      if (key === 'currency') {
        if (isCurrency(value)) currency = value
        else ignored.push(`currency=${value.slice(0, 60)}`)
        continue
      }
      for (const part of value.split(',')) {
        const [, gpu = ANY_GPU, text = ''] = /^(?:([\w.-]{1,60}):)?([\d.]{1,19})$/.exec(part) ?? []
        const price = parsePrice(text)
        if (price === null || gpu === '__proto__') ignored.push(`price=${part.slice(0, 60)}`)
        else prices[gpu] = price
      }
    }
    this.showLinked(prices, currency)
    return ignored
  }

  /** As a link brings them: they count until something is typed, and are not kept before. */
  showLinked(prices: Prices, currency: string): void {
    this.#linked = Object.keys(prices).length === 0 ? null : {prices, currency}
  }

  get #table(): Table {
    return this.#linked ?? this.#own.value
  }

  #keep(table: Table): void {
    this.#linked = null
    this.#own.value = table
    for (const key of [FORMER_PRICE, FORMER_GPU_PRICES]) writeStored(() => localStorage, key, null)
  }
}

/** The GPUs of scenarios, each once, by the names that prices have. */
export function gpusOf(scenarios: readonly Scenario[]): readonly string[] {
  return [
    ...new Set(
      scenarios.flatMap(({fleet}) => poolsOf(fleet).map(([, {args}]) => args.aic_system ?? ANY_GPU)),
    ),
  ]
}

function isCurrency(text: string): boolean {
  return /^[A-Z]{0,3}$/.test(text)
}

function tableText({prices, currency}: Table): string | null {
  return Object.keys(prices).length === 0 && currency === '' ? null : JSON.stringify({prices, currency})
}

/** What somebody else left under the same name is no price. Earlier releases kept one for all GPUs and some by GPU. */
function readTable(text: string | null): Table {
  const stored = objectIn(text)
  const {currency} = stored
  const one = parsePrice(readStored(() => localStorage, FORMER_PRICE) ?? '')
  const former = {
    ...(one === null ? {} : {[ANY_GPU]: one}),
    ...objectIn(readStored(() => localStorage, FORMER_GPU_PRICES)),
  }
  const prices = text === null ? former : objectIn(stored.prices)
  return {
    prices: Object.fromEntries(
      Object.entries(prices).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0,
      ),
    ),
    currency: typeof currency === 'string' && isCurrency(currency) ? currency : '',
  }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  if (typeof value !== 'string') return {}
  try {
    return objectIn(JSON.parse(value) as unknown)
  } catch {
    return {}
  }
}
