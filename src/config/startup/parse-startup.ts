import type {Distribution} from '../../core/distribution-kinds.ts'
import {parseDurationS} from '../../core/parse-duration.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {STARTUP_PRESETS} from './startup-presets.ts'
import type {
  SlowFirstPasses,
  StandbyPool,
  StartupFailure,
  StartupSpec,
  StartupStage,
  StartupStraggler,
} from './startup-spec.ts'

/** Nobody waits longer; a typing error does. */
const MAX_SECONDS = 30 * 86_400
/** A multiple of a start-up beyond this is a start that fails. */
const MAX_FACTOR = 1000
/** Of passes, and of instances that stand by. */
const MAX_COUNT = 100_000

/**
 * Reads how instances start: a duration (`90`, `6 min`), `lognormal(median=1min,p95=3min)`, `quantiles(p5=30s,p50=1min,…)`,
 * `stages(pull=…,load=…)`, or the name of a preset; after it, each behind a `;`, `fail(share=5%,timeout=10min)`,
 * `straggle(share=2%,factor=4)`, `slow(passes=50,factor=3)` and `standby(count=2,start=10s,cost=30%)`.
 */
export function parseStartup(text: string): Result<StartupSpec> {
  const [first = '', ...options] = text.split(';').map(part => part.trim())
  const preset = STARTUP_PRESETS.find(({name}) => name === first)
  if (preset !== undefined) return parseStartup([preset.text, ...options].join(';'))
  const stages = parseStages(first)
  if (!stages.ok) return stages
  const read = new Map<string, unknown>()
  for (const option of options) {
    const call = parseCall(option)
    const parse = call === null || read.has(call.name) ? undefined : OPTIONS.get(call.name)
    if (call === null || parse === undefined) {
      return refuse(`"${option}" is none of ${OPTION_FORMS}, once each`)
    }
    const parsed = parse(call.arguments)
    if (!parsed.ok) return parsed
    read.set(call.name, parsed.value)
  }
  const {fail: failure = null, straggle: straggler = null, ...others} = Object.fromEntries(read)
  return ok({stages: stages.value, failure, straggler, ...others} as StartupSpec)
}

function parseStages(text: string): Result<readonly StartupStage[]> {
  const call = parseCall(text)
  if (call?.name !== 'stages') {
    const only = parseDistribution(text)
    return only.ok ? ok([{name: '', durationS: only.value}]) : only
  }
  const stages: StartupStage[] = []
  for (const [name, value] of call.arguments) {
    const durationS = parseDistribution(value)
    if (!durationS.ok) return durationS
    stages.push({name, durationS: durationS.value})
  }
  return stages.length === 0 ? refuse('stages() has no stage') : ok(stages)
}

function parseDistribution(text: string): Result<Distribution> {
  const call = parseCall(text)
  if (call === null) {
    const value = parseSeconds(text)
    return value === null
      ? refuse(`"${text}" is no duration such as 90, 90s or 6 min`)
      : ok({kind: 'constant', value})
  }
  const values = new Map(call.arguments)
  if (call.name === 'lognormal') return parseLognormal(values)
  if (call.name === 'quantiles') return parseQuantiles(call.arguments)
  return refuse(`"${call.name}" is none of lognormal, quantiles and stages`)
}

function parseLognormal(values: ReadonlyMap<string, string>): Result<Distribution> {
  const [median, p95] = [parseSeconds(values.get('median') ?? ''), parseSeconds(values.get('p95') ?? '')]
  if (values.size !== 2 || median === null || p95 === null) {
    return refuse('lognormal needs median and p95, such as lognormal(median=1min,p95=3min)')
  }
  if (!(median > 0 && p95 >= median))
    return refuse('the p95 of a lognormal may not lie below its median, nor that at 0')
  return ok({kind: 'lognormal', median, p95})
}

function parseQuantiles(given: readonly (readonly [string, string])[]): Result<Distribution> {
  const points: (readonly [number, number])[] = []
  for (const [name, value] of given) {
    const percent = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1]
    const seconds = parseSeconds(value)
    if (percent === undefined || seconds === null)
      return refuse(`"${name}=${value}" is no quantile such as p50=1min`)
    points.push([Number(percent) / 100, seconds])
  }
  const isRising = points.every(([share, value], i) => {
    const before = points[i - 1]
    return share <= 1 && (before === undefined || (share > before[0] && value >= before[1]))
  })
  if (points.length === 0 || !isRising) return refuse('quantiles must rise, from p0 to p100 at most')
  return ok({kind: 'quantiles', points})
}

function parseFailure(given: readonly (readonly [string, string])[]): Result<StartupFailure> {
  const values = new Map(given)
  const [share, timeoutS] = [parseShare(values.get('share') ?? ''), parseSeconds(values.get('timeout') ?? '')]
  if (values.size !== 2 || share === null || timeoutS === null) return refuse('fail needs share and timeout')
  return share <= 0.9 ? ok({share, timeoutS}) : refuse('at most 90 % of the starts may fail')
}

function parseStraggler(given: readonly (readonly [string, string])[]): Result<StartupStraggler> {
  const values = new Map(given)
  const [share, factor] = [parseShare(values.get('share') ?? ''), Number(values.get('factor') ?? Number.NaN)]
  if (values.size !== 2 || share === null || !(factor >= 1 && factor <= MAX_FACTOR)) {
    return refuse(`straggle needs share, and a factor from 1 to ${MAX_FACTOR}`)
  }
  return ok({share, factor})
}

function parseSlow(given: readonly (readonly [string, string])[]): Result<SlowFirstPasses> {
  const values = new Map(given)
  const [passes, factor] = [Number(values.get('passes')), Number(values.get('factor'))]
  if (values.size !== 2 || !isWhole(passes) || !(factor >= 1 && factor <= MAX_FACTOR)) {
    return refuse(`slow needs a whole number of passes, and a factor from 1 to ${MAX_FACTOR}`)
  }
  return ok({passes, factor})
}

function parseStandby(given: readonly (readonly [string, string])[]): Result<StandbyPool> {
  const values = new Map(given)
  const count = Number(values.get('count'))
  const [startS, costFactor] = [
    parseSeconds(values.get('start') ?? ''),
    parseShare(values.get('cost') ?? '100%'),
  ]
  const isKnown = given.every(([key]) => ['count', 'start', 'cost'].includes(key))
  if (!isKnown || !isWhole(count) || startS === null || costFactor === null) {
    return refuse('standby needs count and start, and may have a cost up to 100%')
  }
  return ok({count, startS, costFactor})
}

function isWhole(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MAX_COUNT
}

type ParseOption = (given: readonly (readonly [string, string])[]) => Result<object>

const OPTIONS: ReadonlyMap<string, ParseOption> = new Map<string, ParseOption>([
  ['fail', parseFailure],
  ['straggle', parseStraggler],
  ['slow', parseSlow],
  ['standby', parseStandby],
])
const OPTION_FORMS =
  'fail(share=…,timeout=…), straggle(share=…,factor=…), slow(passes=…,factor=…) and standby(count=…,start=…,cost=…)'

/** `0.05` or `5%`. */
function parseShare(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(\s*%)?$/.exec(text.trim())
  if (match === null) return null
  const share = match[2] === undefined ? Number(match[1]) : Number(match[1]) / 100
  return share <= 1 ? share : null
}

function parseSeconds(text: string): number | null {
  const seconds = parseDurationS(text)
  return seconds !== null && seconds <= MAX_SECONDS ? seconds : null
}

interface Call {
  readonly name: string
  readonly arguments: readonly (readonly [key: string, value: string])[]
}

/** `name(key=value,…)`, where a value may be a call itself; null for anything else. */
function parseCall(text: string): Call | null {
  const match = /^([a-z]+)\s*\((.*)\)$/.exec(text.trim())
  if (match === null) return null
  const parts = splitAtTop(match[2] ?? '')
  const given = parts.map(part => {
    const at = part.indexOf('=')
    return at < 0 ? null : ([part.slice(0, at).trim(), part.slice(at + 1).trim()] as const)
  })
  if (given.some(pair => pair === null || !/^[\w.-]+$/.test(pair[0]))) return null
  return {name: match[1] ?? '', arguments: given.filter(pair => pair !== null)}
}

/** At commas outside parentheses. */
function splitAtTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  return text.trim() === '' ? [] : [...parts, text.slice(from)]
}

function refuse(reason: string): Result<never> {
  return fail(`startup: ${reason}`, 'startup')
}
