import type {Scenario} from '../../../config/scenario.ts'
import {configDifferences} from '../../../report/comparison/config-differences.ts'
import type {RunSummary} from '../../../store/saved-run.ts'

/** More differences than these are counted: the comparison shows them all. */
const MAX_SHOWN = 2

/** How a run came of the one before: what was changed between them. */
export function ancestryWords(run: RunSummary, parent: RunSummary): string {
  const changes = configDifferences([parent.scenario, run.scenario])
  if (changes.length === 0) return `Same settings as ‘${parent.name}’`
  const shown = changes
    .slice(0, MAX_SHOWN)
    .map(({label, values}) => `${label} ${values.map(shortened).join(' → ')}`)
  const more = changes.length - shown.length
  return `Differs from ‘${parent.name}’: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function shortened(value: string | null): string {
  if (value === null) return 'none'
  return value.length > 40 ? `${value.slice(0, 39)}…` : value
}

/** Runs that differ in more have nothing to do with each other. */
const MAX_APART = 8

/** The run whose settings are nearest; of equally near ones the first. null = none is near. */
export function closestRun(scenario: Scenario, candidates: readonly RunSummary[]): RunSummary | null {
  let closest: RunSummary | null = null
  let least = MAX_APART + 1
  for (const candidate of candidates) {
    const apart = configDifferences([candidate.scenario, scenario]).length
    if (apart >= least) continue
    least = apart
    closest = candidate
  }
  return closest
}
