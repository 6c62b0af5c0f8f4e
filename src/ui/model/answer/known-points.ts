import {phaseShiftOf, type Scenario} from '../../../config/scenario.ts'
import type {PointStore} from '../../../store/point-store.ts'
import {pointKey} from '../../../sweep/point-key.ts'
import {type PointFacts, type PointFigures, parseFinishedRow} from '../../../sweep/points.ts'

/** Figures of runs that were made before, on this page or an earlier visit; sweeps keep theirs in the same store. */
export class KnownPoints {
  readonly #store: PointStore
  readonly #figures = new Map<string, PointFigures>()

  constructor(store: PointStore) {
    this.#store = store
  }

  async find(facts: PointFacts): Promise<PointFigures | null> {
    const known = this.#figures.get(facts.key)
    if (known !== undefined) return known
    const stored = (await this.#store.read([facts.key])).get(facts.key)
    return stored === undefined ? null : parseFinishedRow(stored, facts)
  }

  keep(facts: PointFacts, figures: PointFigures): void {
    this.#figures.set(facts.key, figures)
    void this.#store.write(new Map([[facts.key, {...facts, ...figures}]]))
  }
}

/** A run of its own as a point without axes. */
export function factsOf(scenario: Scenario, traceSha256: string): PointFacts {
  return {
    id: '',
    axes: {},
    repeat: 0,
    phase_shift_s: phaseShiftOf(scenario),
    trace_seed: scenario.traceSeed ?? null,
    key: pointKey({scenario, traceSha256, profileSha256: null}),
  }
}
