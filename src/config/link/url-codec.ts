import {assert} from '../../core/assert.ts'
import {assembleScenario, type ScenarioParts} from '../assemble-scenario.ts'
import {AIC_PERF_FIELDS, parseAicPerf} from '../engine/aic-perf.ts'
import {type FieldValue, formatFieldValue} from '../field-text.ts'
import {defaultScenario, findPreset, PRESETS} from '../presets.ts'
import type {Release} from '../release.ts'
import {formsOf, releaseOf} from '../releases/release-forms.ts'
import {withRelease} from '../releases/with-release.ts'
import {
  type AicPerfConfig,
  type EngineTiming,
  type FileSource,
  isSameTrace,
  type RouterConfig,
  type Scenario,
  type SyntheticSpec,
  type TraceSource,
} from '../scenario.ts'
import type {ScenarioField} from '../scenario-field.ts'
import {SCENARIO_FIELDS, scenarioField, scenarioValues} from '../scenario-fields.ts'
import {decodeFleet, fleetDifferences} from './link-fleet.ts'
import {LinkPairs} from './link-pairs.ts'
import {decodeScaling, scalingDifferences} from './link-scaling.ts'
import {formatPairs, type Pair, parsePairs} from './query-string.ts'

/**
 * Scenarios as links (contracts.md 4): `#v=1&preset=guide-agg&engine.startup_time=60`. Keys are public: they are
 * migrated, never renamed. Everything equal to the preset (or to the defaults) is left out; keys come in one order.
 */
const LINK_VERSION = '1'

export interface DecodedLink {
  readonly scenario: Scenario
  /** The link asks to be run at once. */
  readonly run: boolean
  /** Parts that could not be used, as `key=value`, for the page to name. */
  readonly ignored: readonly string[]
}

/** The shortest link, without the leading `#`, from a preset with such a fleet; on a tie the earlier is named. */
export function encodeScenario(scenario: Scenario): string {
  const plain = differences(defaultScenario(), scenario)
  let best: readonly Pair[] = plain
  for (const preset of PRESETS) {
    if (preset.scenario.fleet.topology !== scenario.fleet.topology) continue
    const pairs: readonly Pair[] = [['preset', preset.id], ...differences(preset.scenario, scenario)]
    if (pairs.length < best.length) best = pairs
  }
  return formatPairs([['v', LINK_VERSION], ...best])
}

/** Whatever the link says, a complete scenario: what cannot be used falls back field by field. */
export function decodeScenario(hash: string): DecodedLink {
  const link = new LinkPairs(parsePairs(hash))
  const version = link.take('v')
  if (version !== null && version !== LINK_VERSION) link.ignore('v', version)
  const presetId = link.take('preset')
  const preset = presetId === null ? null : findPreset(presetId)
  if (presetId !== null && preset === null) link.ignore('preset', presetId)
  const base = withReleaseOf(link, preset?.scenario ?? defaultScenario())
  const run = link.take('run') === '1'
  const engineTiming = takeOwn(link, 'engine_timing') ?? base.engineTiming
  const fleet = decodeFleet(link, base, engineTiming as EngineTiming)
  const parts = {
    ...(base.release === undefined ? {} : {release: base.release}),
    trace: decodeTrace(link, base.trace),
    fleet,
    engineTiming: engineTiming as EngineTiming,
    scaling: decodeScaling(link, base, fleet.topology),
    ...decodeTraffic(link, releaseOf(base)),
  }
  return {scenario: withOwnFields(link, base, parts), run, ignored: link.finish()}
}

/** Everything else is read as the release has it, so this comes first. Old links name none and mean the preset's. */
function withReleaseOf(link: LinkPairs, base: Scenario): Scenario {
  const release = takeOwn(link, 'dynamo')
  return release === undefined ? base : withRelease(base, release as Release).scenario
}

function takeOwn(link: LinkPairs, key: 'dynamo' | 'engine_timing'): FieldValue | undefined {
  const field = scenarioField(key)
  assert(field !== null, `${key} is a field of scenarios`)
  return link.takeField(field.link, field)
}

/** What the link cannot change stays as the base has it. */
function withOwnFields(link: LinkPairs, base: Scenario, parts: ScenarioParts): Scenario {
  const values = {...scenarioValues(base), engine_timing: parts.engineTiming ?? base.engineTiming}
  const texts = new Map<string, string>()
  for (const field of SCENARIO_FIELDS) {
    const value = link.takeField(field.link, field)
    if (value === undefined) continue
    values[field.key as keyof typeof values] = value as never
    texts.set(field.key, formatFieldValue(field, value))
  }
  const {scenario, refused} = assembleScenario(parts, values)
  for (const {field} of refused) if (texts.has(field.key)) link.ignore(field.link, texts.get(field.key) ?? '')
  return scenario
}

type Traffic = Pick<Scenario, 'synthetic' | 'routerConfig' | 'aicPerf'>

/** Generated traffic and router options: in no preset, so a link names all of what it changes. */
function encodeTraffic(scenario: Scenario): readonly Pair[] {
  const {synthetic, routerConfig, aicPerf} = scenario
  const {defaultRouter} = formsOf(releaseOf(scenario))
  const pairs: Pair[] = []
  for (const [key, value] of Object.entries(synthetic ?? {})) pairs.push([`synthetic.${key}`, String(value)])
  for (const [key, value] of Object.entries(routerConfig ?? {})) {
    if (value !== defaultRouter[key as keyof RouterConfig]) pairs.push([`router.${key}`, String(value)])
  }
  for (const [key, value] of Object.entries(aicPerf ?? {}))
    if (value !== null) pairs.push([`router.${key}`, String(value)])
  return pairs
}

function decodeTraffic(link: LinkPairs, release: Release): Traffic {
  const traffic: {-readonly [K in keyof Traffic]: Traffic[K]} = {}
  const synthetic = decodeSynthetic(link, release)
  if (synthetic !== null) traffic.synthetic = synthetic
  const router = decodeRouter(link, release)
  if (router !== null) traffic.routerConfig = router
  const aicPerf = decodeAicPerf(link)
  if (aicPerf !== null) traffic.aicPerf = aicPerf
  return traffic
}

/** What the link leaves out has its default; null = the link names nothing of it. */
function decodeSynthetic(link: LinkPairs, release: Release): SyntheticSpec | null {
  const {trafficFields, readTraffic} = formsOf(release)
  const values: Record<string, FieldValue> = {}
  let isGiven = false
  for (const field of trafficFields) {
    const value = link.takeField(`synthetic.${field.key}`, field)
    isGiven ||= typeof value === 'number'
    values[field.key] = value ?? field.default
  }
  if (!isGiven) return null
  const read = readTraffic(values)
  return read.ok ? read.value : (values as unknown as SyntheticSpec)
}

/** Router options travel as text and are read by the same rules as the flag. */
function decodeRouter(link: LinkPairs, release: Release): RouterConfig | null {
  const {defaultRouter, readRouter} = formsOf(release)
  const given: Record<string, unknown> = {}
  for (const key of Object.keys(defaultRouter)) {
    const text = link.take(`router.${key}`)
    if (text === null) continue
    const value =
      text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : numberOrText(text)
    const alone = readRouter({[key]: value})
    if (alone.ok) given[key] = value
    else link.ignore(`router.${key}`, text)
  }
  if (Object.keys(given).length === 0) return null
  const parsed = readRouter(given)
  return parsed.ok ? parsed.value.config : null
}

/** Named as a whole wherever it is named at all: each of its keys may hold a default. */
function decodeAicPerf(link: LinkPairs): AicPerfConfig | null {
  const given: Record<string, FieldValue> = {}
  for (const field of AIC_PERF_FIELDS) {
    const value = link.takeField(`router.${field.key}`, field)
    if (value !== undefined) given[field.key] = value
  }
  if (Object.keys(given).length === 0) return null
  const parsed = parseAicPerf(given)
  return parsed.ok ? parsed.value : null
}

function numberOrText(text: string): number | string {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

/** A scenario is held against every preset whenever a link, a name or a file's name is made: each is translated once. */
const translatedBases = new WeakMap<Scenario, Map<Release, Scenario>>()

function baseUnder(base: Scenario, release: Release): Scenario {
  const known = translatedBases.get(base) ?? new Map<Release, Scenario>()
  translatedBases.set(base, known)
  const translated = known.get(release) ?? withRelease(base, release).scenario
  known.set(release, translated)
  return translated
}

/** What `to` sets differently from `from`, in the order of every link. */
function differences(base: Scenario, to: Scenario): readonly Pair[] {
  const from = baseUnder(base, releaseOf(to))
  const own = (section: ScenarioField['linkAfter']): readonly Pair[] =>
    SCENARIO_FIELDS.flatMap(field => {
      const value = field.read(to)
      if (field.linkAfter !== section || value === field.read(from)) return []
      return [[field.link, formatFieldValue(field, value)]]
    })
  const release: readonly Pair[] = from === base ? [] : [['dynamo', releaseOf(to)]]
  return [
    ...release,
    ...traceDifferences(from.trace, to.trace),
    ...own('trace'),
    ...fleetDifferences(from, to),
    ...own('fleet'),
    ...scalingDifferences(from, to),
    ...own('scaling'),
    ...encodeTraffic(to),
    ...own('traffic'),
  ]
}

function traceDifferences(from: TraceSource, to: TraceSource): readonly Pair[] {
  if (isSameTrace(from, to)) return []
  if (to.kind === 'catalogue') return [['trace', to.id]]
  const place: Pair = to.url === undefined ? ['file', to.name] : ['trace', to.url]
  return to.sha256 === '' && to.url !== undefined ? [place] : [place, ['sha256', to.sha256]]
}

function decodeTrace(link: LinkPairs, base: TraceSource): TraceSource {
  const id = link.take('trace')
  const name = link.take('file')
  const sha256 = link.take('sha256')
  if (name !== null && sha256 !== null) {
    // A file name is shown to the user, so no control characters and no essays.
    if (/^[^\p{Cc}]{1,255}$/u.test(name) && /^[0-9a-f]{64}$/.test(sha256)) return {kind: 'file', name, sha256}
    link.ignore('file', name)
  } else if (name !== null) link.ignore('file', name)
  const there = traceAt(id ?? '', sha256 ?? '')
  if (there !== null) return there
  if (name === null && sha256 !== null) link.ignore('sha256', sha256)
  if (id === null) return base
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) return {kind: 'catalogue', id}
  link.ignore('trace', id)
  return base
}

/** A trace at an address, called by the end of its path; null = no https address, or none of a file. */
export function traceAt(url: string, sha256: string): FileSource | null {
  if (url.length > 1000 || !/^([0-9a-f]{64})?$/.test(sha256)) return null
  const [, name] =
    /^https:\/\/[a-z0-9.-]+(?::\d+)?\/(?:[^\s?#\p{Cc}]*\/)?([^\s/?#\p{Cc}]+)(?:\?[^\s#\p{Cc}]*)?$/iu.exec(
      url,
    ) ?? []
  return name === undefined ? null : {kind: 'file', name, sha256, url}
}
