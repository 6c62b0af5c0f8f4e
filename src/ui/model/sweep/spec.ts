import {formatFieldValue} from '../../../config/field-text.ts'
import type {Pair} from '../../../config/link/query-string.ts'
import {isEqual} from '../../../core/is-equal.ts'
import {fail, ok, type Result} from '../../../core/result.ts'
import {parseAxis, type SweepAxis} from '../../../sweep/axis.ts'
import {findSweepKey} from '../../../sweep/keys.ts'
import {findSweepPreset, SWEEP_PRESETS, type SweepPreset} from '../../../sweep/presets.ts'
import {NO_REPEATS, type Repeats} from '../../../sweep/repeats.ts'

/** A knob and its values as they are typed: `from:to:step` or `a,b,c`. */
export interface KnobText {
  readonly key: string
  readonly values: string
}

/** A sweep as the form and links hold it. */
export interface SweepSpec {
  readonly first: KnobText
  /** Drawn as series; null = one knob alone. */
  readonly second: KnobText | null
  /** null = as many as are affordable. */
  readonly repeats: Repeats | null
  /** Every point has the KV cache that its engine has room for; absent = the scenario's. */
  readonly sizesKv?: boolean
}

/** A sweep whose repeats are known. */
export type SettledSpec = SweepSpec & {readonly repeats: Repeats}

/** Not written into links: what nobody says. */
const AFFORDABLE = 'affordable'

/** Repeats that can be chosen, under the names links have for them. */
export const REPEAT_CHOICES: readonly {
  readonly id: string
  readonly label: string
  readonly repeats: Repeats | null
}[] = [
  {id: AFFORDABLE, label: 'affordable', repeats: null},
  {id: '1', label: 'none', repeats: NO_REPEATS},
  {id: '3', label: '3 phases', repeats: {of: 'phase', count: 3}},
  {id: '5', label: '5 phases', repeats: {of: 'phase', count: 5}},
  {id: '3-seeds', label: '3 seeds', repeats: {of: 'seed', count: 3}},
  {id: '5-seeds', label: '5 seeds', repeats: {of: 'seed', count: 5}},
]

export function idOfRepeats(wanted: Repeats | null): string {
  return REPEAT_CHOICES.find(({repeats}) => isEqual(repeats, wanted))?.id ?? '1'
}

export function specOfPreset(preset: SweepPreset, repeats: Repeats | null = null): SweepSpec {
  const [first, second] = preset.axes.map(([key, values]) => ({key, values: textOfValues(key, values)}))
  const spec = {first: first ?? {key: '', values: ''}, second: second ?? null, repeats}
  return withSizedKv(spec, preset.sizesKv === true)
}

export function withSizedKv({sizesKv: _, ...spec}: SweepSpec, sizesKv: boolean): SweepSpec {
  return sizesKv ? {...spec, sizesKv} : spec
}

export function defaultSpec(): SweepSpec {
  const [preset] = SWEEP_PRESETS
  return specOfPreset(preset!)
}

/** The ready-made sweep that this one is, whatever its repeats. */
export function presetOf({first, second}: SweepSpec): SweepPreset | null {
  const isSame = (preset: SweepPreset) => {
    const spec = specOfPreset(preset)
    return isEqual([spec.first, spec.second], [first, second])
  }
  return SWEEP_PRESETS.find(isSame) ?? null
}

export function axesOf({first, second}: SweepSpec): Result<readonly SweepAxis[]> {
  const axes: SweepAxis[] = []
  for (const knob of second === null ? [first] : [first, second]) {
    if (knob.key.trim() === '') return fail('Name a knob, for instance startup_time or planner.ttft')
    const axis = parseAxis(textOfKnob(knob))
    if (!axis.ok) return axis
    axes.push(axis.value)
  }
  return ok(axes)
}

/** `KEY=values`, as `--vary` takes it. */
export function textOfKnob({key, values}: KnobText): string {
  return `${key.trim()}=${values.trim()}`
}

/**
 * `sweep=cold-start`, or `sweep=KEY:values` once per knob, with `repeats=3` or `repeats=3-seeds` where somebody chose, and
 * `kv=sized` or `kv=kept` where that is not the preset's way.
 */
export function specPairs(spec: SweepSpec): readonly Pair[] {
  const preset = presetOf(spec)
  const knobs = spec.second === null ? [spec.first] : [spec.first, spec.second]
  const named: readonly Pair[] =
    preset === null ? knobs.map(({key, values}) => ['sweep', `${key}:${values}`]) : [['sweep', preset.id]]
  const repeats: readonly Pair[] = spec.repeats === null ? [] : [['repeats', idOfRepeats(spec.repeats)]]
  const isSized = spec.sizesKv === true
  const kv: readonly Pair[] =
    isSized === (preset?.sizesKv === true) ? [] : [['kv', isSized ? 'sized' : 'kept']]
  return [...named, ...repeats, ...kv]
}

/** Total: what cannot be used falls back, part by part, and is named. null without a sweep in the link. */
export function readSpec(pairs: readonly Pair[]): {spec: SweepSpec | null; ignored: readonly string[]} {
  const sweeps = pairs.flatMap(([key, value]) => (key === 'sweep' ? [value] : []))
  const lastOf = (wanted: string) => pairs.findLast(([key]) => key === wanted)?.[1]
  const asked = lastOf('repeats')
  const kv = lastOf('kv')
  const ignored: string[] = []
  const ignore = (key: string, value: string) => ignored.push(`${key}=${value.slice(0, 60)}`)
  const choice = REPEAT_CHOICES.find(({id}) => id === asked && id !== AFFORDABLE)
  if (asked !== undefined && choice === undefined) ignore('repeats', asked)
  if (kv !== undefined && kv !== 'sized' && kv !== 'kept') ignore('kv', kv)
  const repeats = choice?.repeats ?? null
  if (sweeps.length === 0 && choice === undefined) return {spec: null, ignored}

  const [first = '', ...others] = sweeps
  const preset = findSweepPreset(first)
  if (preset !== null) for (const value of others) ignore('sweep', value)
  const spec = preset === null ? specOfKnobs(sweeps, ignore) : specOfPreset(preset)
  const isSized = kv === 'sized' || (kv !== 'kept' && spec.sizesKv === true)
  return {spec: withSizedKv({...spec, repeats}, isSized), ignored}
}

function specOfKnobs(sweeps: readonly string[], ignore: (key: string, value: string) => void): SweepSpec {
  const knobs: KnobText[] = []
  for (const value of sweeps) {
    const knob = readKnob(value)
    if (knob === null || knobs.length === 2) ignore('sweep', value)
    else knobs.push(knob)
  }
  const [one, two] = knobs
  return one === undefined ? defaultSpec() : {first: one, second: two ?? null, repeats: null}
}

/** Values that are wrong stay, for the form to mark; a knob there is not is no use to anybody. */
function readKnob(text: string): KnobText | null {
  const colon = text.indexOf(':')
  if (colon < 0 || text.length > 2000) return null
  const key = text.slice(0, colon)
  return findSweepKey(key).ok ? {key, values: text.slice(colon + 1)} : null
}

/** Evenly spaced numbers as a range, others as a list. */
function textOfValues(key: string, values: SweepPreset['axes'][number][1]): string {
  const numbers = values.filter(value => typeof value === 'number')
  const [from, next] = numbers
  const to = numbers.at(-1)
  if (from !== undefined && next !== undefined && values.length >= 5 && numbers.length === values.length) {
    const step = next - from
    if (numbers.every((value, i) => value === from + i * step)) return `${from}:${to}:${step}`
  }
  const known = findSweepKey(key)
  return values
    .map(value => (known.ok ? formatFieldValue(known.value.field, value) : String(value)))
    .join(',')
}
