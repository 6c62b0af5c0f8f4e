import type {Distribution} from '../../core/distribution.ts'
import {parseDurationS} from '../../core/parse-duration.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {STARTUP_PRESETS} from './startup-presets.ts'
import type {StartupFailure, StartupSpec, StartupStage, StartupStraggler} from './startup-spec.ts'

/** Nobody waits longer; a typing error does. */
const MAX_SECONDS = 30 * 86_400
/** A multiple of a start-up beyond this is a start that fails. */
const MAX_FACTOR = 1000

/**
 * Reads how instances start: a duration (`90`, `6 min`), `lognormal(median=1min,p95=3min)`, `quantiles(p5=30s,p50=1min,…)`,
 * `stages(pull=…,load=…)`, or the name of a preset; after it, each behind a `;`, `fail(share=5%,timeout=10min)` and
 * `straggle(share=2%,factor=4)`.
 */
export function parseStartup(text: string): Result<StartupSpec> {
  const [first = '', ...options] = text.split(';').map(part => part.trim())
  const preset = STARTUP_PRESETS.find(({name}) => name === first)
  if (preset !== undefined) return parseStartup([preset.text, ...options].join(';'))
  const stages = parseStages(first)
  if (!stages.ok) return stages
  let failure: StartupFailure | null = null
  let straggler: StartupStraggler | null = null
  for (const option of options) {
    const call = parseCall(option)
    if (call?.name === 'fail' && failure === null) {
      const parsed = parseFailure(call.arguments)
      if (!parsed.ok) return parsed
      failure = parsed.value
    } else if (call?.name === 'straggle' && straggler === null) {
      const parsed = parseStraggler(call.arguments)
      if (!parsed.ok) return parsed
      straggler = parsed.value
    } else {
      return refuse(
        `"${option}" is neither fail(share=…,timeout=…) nor straggle(share=…,factor=…), once each`,
      )
    }
  }
  return ok({stages: stages.value, failure, straggler})
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
