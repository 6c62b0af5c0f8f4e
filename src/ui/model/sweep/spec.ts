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
  readonly repeats: Repeats
}

/** Repeats that can be chosen, under the names links have for them. */
export const REPEAT_CHOICES: readonly {
  readonly id: string
  readonly label: string
  readonly repeats: Repeats
}[] = [
  {id: '1', label: 'none', repeats: NO_REPEATS},
  {id: '3', label: '3 phases', repeats: {of: 'phase', count: 3}},
  {id: '5', label: '5 phases', repeats: {of: 'phase', count: 5}},
  {id: '3-seeds', label: '3 seeds', repeats: {of: 'seed', count: 3}},
  {id: '5-seeds', label: '5 seeds', repeats: {of: 'seed', count: 5}},
]

export function idOfRepeats({of, count}: Repeats): string {
  return REPEAT_CHOICES.find(({repeats}) => repeats.of === of && repeats.count === count)?.id ?? '1'
}

export function specOfPreset(preset: SweepPreset, repeats = NO_REPEATS): SweepSpec {
  const [first, second] = preset.axes.map(([key, values]) => ({key, values: textOfValues(key, values)}))
  return {first: first ?? {key: '', values: ''}, second: second ?? null, repeats}
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

/** `sweep=cold-start`, or `sweep=KEY:values` once per knob, with `repeats=3` or `repeats=3-seeds` if there are any. */
export function specPairs(spec: SweepSpec): readonly Pair[] {
  const preset = presetOf(spec)
  const knobs = spec.second === null ? [spec.first] : [spec.first, spec.second]
  const named: readonly Pair[] =
    preset === null ? knobs.map(({key, values}) => ['sweep', `${key}:${values}`]) : [['sweep', preset.id]]
  const repeats = idOfRepeats(spec.repeats)
  return repeats === '1' ? named : [...named, ['repeats', repeats]]
}

/** Total: what cannot be used falls back, part by part, and is named. null without a sweep in the link. */
export function readSpec(pairs: readonly Pair[]): {spec: SweepSpec | null; ignored: readonly string[]} {
  const sweeps = pairs.flatMap(([key, value]) => (key === 'sweep' ? [value] : []))
  const asked = pairs.findLast(([key]) => key === 'repeats')?.[1]
  const ignored: string[] = []
  const ignore = (key: string, value: string) => ignored.push(`${key}=${value.slice(0, 60)}`)
  const choice = REPEAT_CHOICES.find(({id}) => id === asked)
  if (asked !== undefined && choice === undefined) ignore('repeats', asked)
  const {repeats} = choice ?? {repeats: NO_REPEATS}
  if (sweeps.length === 0 && repeats.count === 1) return {spec: null, ignored}

  const [first = '', ...others] = sweeps
  const preset = findSweepPreset(first)
  if (preset !== null) {
    for (const value of others) ignore('sweep', value)
    return {spec: specOfPreset(preset, repeats), ignored}
  }
  const knobs: KnobText[] = []
  for (const value of sweeps) {
    const knob = readKnob(value)
    if (knob === null || knobs.length === 2) ignore('sweep', value)
    else knobs.push(knob)
  }
  const [one, two] = knobs
  const spec = one === undefined ? defaultSpec() : {first: one, second: two ?? null}
  return {spec: {...spec, repeats}, ignored}
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
