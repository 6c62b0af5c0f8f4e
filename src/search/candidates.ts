import {checkScenario} from '../config/checks/scenario-rules.ts'
import {type FieldValue, formatFieldValue} from '../config/field-text.ts'
import {checkObjective, objectiveOf} from '../config/objective.ts'
import {plannerOf, poolsOf, type Scenario, type ServiceObjective} from '../config/scenario.ts'
import {isEqual} from '../core/is-equal.ts'
import {RandomStream} from '../core/random.ts'
import {fail, type Result} from '../core/result.ts'
import type {SweepAxis} from '../sweep/axis.ts'
import {applySweepValue, type SweepKey} from '../sweep/keys.ts'
import {budgetOfFloor, pinnedCounts} from './pinned.ts'
import {
  applies,
  applyFirst,
  isOfOtherTopology,
  isOrdinal,
  type KnobValues,
  orderedValues,
  type SearchSpace,
  sizeOf,
} from './space.ts'

/** One choice of the space, as a place in it: an index into the values of each knob. */
export interface Candidate {
  /** `planner.min_endpoint=3,planner.ttft=900`: equal for equal choices. */
  readonly id: string
  readonly values: KnobValues
  /** Coordinates in [0, 1], the knobs in the order of the space. */
  readonly at: readonly number[]
}

/** A space larger than this is searched through a sample of it, and what lies around the best. */
const MOST_LISTED = 2000

/** Knobs that say how large a fleet is, and whether that can change. */
const SIZING: ReadonlySet<string> = new Set([
  'planner',
  'planner.min_endpoint',
  'planner.prefill_min_endpoint',
  'planner.decode_min_endpoint',
  'planner.max_gpu_budget',
])

/** Knobs of the instances at the start, by the pool they are of. */
const STARTS: ReadonlyMap<string, number> = new Map([
  ['num_workers', 0],
  ['num_prefill_workers', 0],
  ['num_decode_workers', 1],
])

/** The candidates of a space; whether a run can take one is checked when it is first asked for. */
export class Candidates {
  readonly choices: readonly boolean[]
  readonly #base: Scenario
  readonly #objective: ServiceObjective
  /** Knobs in the order they are applied, each with its ordered values. */
  readonly #knobs: readonly {readonly axis: SweepAxis; readonly values: readonly FieldValue[]}[]
  readonly #hasTopology: boolean
  readonly #scenarios = new Map<string, Result<Scenario>>()

  constructor(space: SearchSpace, base: Scenario, objective: ServiceObjective) {
    this.#base = base
    this.#objective = objective
    const first = space.knobs.filter(({key}) => applyFirst(key))
    const others = space.knobs.filter(({key}) => !applyFirst(key))
    this.#knobs = [...first, ...others].map(axis => ({axis, values: orderedValues(axis)}))
    this.#hasTopology = space.knobs.some(({key}) => key.path === 'topology')
    this.choices = this.#knobs.map(({axis}) => !isOrdinal(axis))
  }

  /** The whole space, or a sample of it; each choice once. */
  list(seed: number): readonly Candidate[] {
    const counts = this.#knobs.map(({values}) => values.length)
    const size = sizeOf({knobs: this.#knobs.map(({axis}) => axis)})
    const random = new RandomStream(seed, 'space')
    const listed = new Map<string, Candidate>()
    for (let i = 0; i < Math.min(size, MOST_LISTED); i++) {
      const place = size <= MOST_LISTED ? digitsOf(i, counts) : counts.map(count => random.nextInt(count))
      const candidate = this.#at(place)
      listed.set(candidate.id, candidate)
    }
    return [...listed.values()]
  }

  /** The candidate of an id; null for what is none of this space. */
  find(id: string): Candidate | null {
    let rest = `${id},`
    const place = this.#knobs.map(({axis: {key}, values}) => {
      const texts = values.map(value => `${key.path}=${formatFieldValue(key.field, value)},`)
      const index = texts.findIndex(text => rest.startsWith(text))
      rest = rest.slice(texts[index]?.length ?? 0)
      return Math.max(index, 0)
    })
    const found = this.#at(place)
    return rest === '' && found.id === id ? found : null
  }

  /** The same choice with each value of one knob in turn, knob by knob. */
  along({at}: Candidate): readonly {readonly key: SweepKey; readonly line: readonly Candidate[]}[] {
    const place = this.#placeOf(at)
    return this.#knobs.map(({axis: {key}, values}, k) => ({
      key,
      line: values.map((_, i) => this.#at(place.with(k, i))),
    }))
  }

  /**
   * A choice whose policy keeps the fleet at these counts from the first look on, all else as today's setting has it or
   * near; null where the space has none.
   */
  pinnedAt(counts: readonly number[]): Candidate | null {
    const sizes = this.#knobs.map(({axis: {key}, values}, k) => {
      const pool = STARTS.get(key.path)
      if (pool !== undefined) return [placeNear(values, counts[pool] ?? 0)]
      return SIZING.has(key.path) ? values.map((_, i) => i) : [this.#placeNearToday(k)]
    })
    const total = sizes.reduce((product, places) => product * places.length, 1)
    let found: {readonly candidate: Candidate; readonly off: number} | null = null
    for (let i = 0; i < Math.min(total, MOST_LISTED); i++) {
      const digits = digitsOf(
        i,
        sizes.map(places => places.length),
      )
      const candidate = this.#at(digits.map((digit, k) => sizes[k]![digit]!))
      const scenario = this.scenarioOf(candidate)
      if (!scenario.ok || !isSame(pinnedCounts(scenario.value), counts)) continue
      const start = poolsOf(scenario.value.fleet).map(([, {initialWorkers}]) => initialWorkers)
      const off = start.reduce((sum, count, pool) => sum + Math.abs(count - counts[pool]!), 0)
      if (found === null || off < found.off) found = {candidate, off}
    }
    return found?.candidate ?? null
  }

  /** The choices one step of one knob away. */
  around({at}: Candidate): readonly Candidate[] {
    const place = this.#placeOf(at)
    const found: Candidate[] = []
    for (const [k, {values}] of this.#knobs.entries()) {
      const others = this.choices[k]
        ? Array.from(values.keys()).filter(i => i !== place[k])
        : [place[k]! - 1, place[k]! + 1].filter(i => i >= 0 && i < values.length)
      for (const i of others) found.push(this.#at(place.with(k, i)))
    }
    return found
  }

  /** The candidate's scenario, judged by the search's objective; or why no run can take it. */
  scenarioOf({id, values}: Pick<Candidate, 'id' | 'values'>): Result<Scenario> {
    const known = this.#scenarios.get(id)
    if (known !== undefined) return known
    const scenario = this.#build(values)
    this.#scenarios.set(id, scenario)
    return scenario
  }

  /**
   * Two knobs may only be valid together (the planner's intervals), so a knob that is refused is tried again after the
   * others.
   */
  #build(values: KnobValues): Result<Scenario> {
    let scenario: Scenario = {...this.#base, objective: this.#objective}
    let open = this.#knobs.filter(({axis}) => axis.key.path in values)
    while (open.length > 0) {
      const refused: typeof open = []
      let reason: Result<Scenario> = fail('')
      for (const knob of open) {
        const {key} = knob.axis
        const next = applySweepValue(scenario, key, values[key.path]!)
        if (next.ok) scenario = next.value
        else {
          refused.push(knob)
          reason = next
        }
      }
      if (refused.length === open.length) return reason
      open = refused
    }
    const most = plannerOf(scenario)?.max_gpu_budget ?? -1
    if (most >= 0 && budgetOfFloor(scenario) > most)
      return fail(`a floor of ${budgetOfFloor(scenario)} does not fit into a budget of ${most}`)
    return checkScenario({...scenario, objective: this.#objective})
  }

  #at(place: readonly number[]): Candidate {
    const values: Record<string, FieldValue> = {}
    let switched: Scenario = this.#base
    const at: number[] = []
    for (const [k, {axis, values: choices}] of this.#knobs.entries()) {
      const {key} = axis
      const value = choices[place[k]!]!
      if (applyFirst(key)) {
        const next = applySweepValue(switched, key, value)
        if (next.ok) switched = next.value
      }
      if (!applies(key, switched) || (this.#hasTopology && isOfOtherTopology(key, switched))) {
        at.push(0)
        continue
      }
      values[key.path] = value
      at.push(this.choices[k] ? place[k]! : choices.length === 1 ? 0 : place[k]! / (choices.length - 1))
    }
    const id = this.#knobs
      .filter(({axis}) => axis.key.path in values)
      .map(({axis: {key}}) => `${key.path}=${formatFieldValue(key.field, values[key.path]!)}`)
      .join(',')
    return {id, values, at}
  }

  /** Of the values of a knob the one that changes today's setting least. */
  #placeNearToday(k: number): number {
    const {axis, values} = this.#knobs[k]!
    const same = values.findIndex(value => {
      const applied = applySweepValue(this.#base, axis.key, value)
      return applied.ok && isEqual(applied.value, this.#base)
    })
    return same >= 0 ? same : values.length >> 1
  }

  #placeOf(at: readonly number[]): readonly number[] {
    return at.map((x, k) => (this.choices[k] ? x : Math.round(x * (this.#knobs[k]!.values.length - 1))))
  }
}

/** Place of the value nearest to a count; of two as near the smaller. */
function placeNear(values: readonly FieldValue[], count: number): number {
  const gaps = values.map(value => Math.abs(Number(value) - count))
  return gaps.indexOf(Math.min(...gaps))
}

function isSame(a: readonly number[] | null, b: readonly number[]): boolean {
  return a !== null && a.length === b.length && a.every((count, i) => count === b[i])
}

/** The objective a search goes by: what is asked for, else the scenario's own; or what is wrong with it. */
export function searchObjective(base: Scenario, asked: ServiceObjective | null): Result<ServiceObjective> {
  const objective = asked ?? objectiveOf(base)
  return objective === null
    ? fail('say what is to be held: --objective ttft=MS,itl=MS,share=0.95', 'objective')
    : checkObjective(objective)
}

/** The digits of a number in a system of these bases, the first being the slowest. */
function digitsOf(index: number, counts: readonly number[]): readonly number[] {
  const digits: number[] = []
  let rest = index
  for (const count of counts.toReversed()) {
    digits.unshift(rest % count)
    rest = Math.floor(rest / count)
  }
  return digits
}
