import type {FieldValue} from '../../config/field-text.ts'
import type {Release} from '../../config/release.ts'
import {inWordsOf} from '../../sweep/keys.ts'
import type {Belief} from '../belief.ts'
import type {Candidate, Candidates} from '../candidates.ts'

/** What one knob does around a setting, the others staying as they are there. */
export interface KnobEffect {
  readonly path: string
  readonly label: string
  readonly unit: string | null
  readonly points: readonly {
    readonly value: FieldValue
    /** Expected from all runs together; GPU-hours, or money where prices are known. */
    readonly share: number
    readonly cost: number
    /** It is this setting's own value. */
    readonly isChosen: boolean
  }[]
  /** Points of share, and part of the least cost, between its best and its worst value. */
  readonly shareRange: number
  readonly costRange: number
}

/** The knobs that matter most first, in the words of the release. Estimates, not runs: they show a direction, and the runs are in the table. */
export function knobEffects(
  around: Candidate,
  candidates: Candidates,
  belief: Belief,
  release: Release,
): readonly KnobEffect[] {
  return candidates
    .along(around)
    .filter(({key: {path}, line}) => path in around.values && line.length > 1)
    .map(({key, line}) => {
      const {path, label, unit} = inWordsOf(key, release)
      const points = line.map(candidate => ({
        value: candidate.values[path] ?? null,
        ...belief.expected(candidate.at),
        isChosen: candidate.id === around.id,
      }))
      const shares = points.map(({share}) => share)
      const costs = points.map(({cost}) => cost)
      const shareRange = Math.max(...shares) - Math.min(...shares)
      const costRange = Math.max(...costs) / Math.max(Math.min(...costs), 1e-9) - 1
      return {path, label, unit, points, shareRange, costRange}
    })
    .sort((a, b) => b.shareRange + b.costRange - (a.shareRange + a.costRange))
}
