import {type Pair, parsePairs} from '../../../config/link/query-string.ts'
import {encodeScenario} from '../../../config/link/url-codec.ts'
import {findPreset, type Preset} from '../../../config/presets.ts'
import {POLICY_WORDS} from '../../../config/scaling/policy-names.ts'
import {phaseShiftOf, plannerOf, type Scenario} from '../../../config/scenario.ts'
import {formatMs} from '../../kit/format.ts'

/** Keys of a link that tell the trace, which stands beside a run's name anyway, or more than a name can hold. */
const UNNAMED_KEYS: ReadonlySet<string> = new Set([
  'v',
  'preset',
  'trace',
  'file',
  'sha256',
  'trace-block-size',
  'policy-config',
  'calibration',
])
/** More changes than these make a sentence, not a name. */
const MAX_CHANGES = 2

/** What a run is called until somebody names it: its nearest preset and what was changed in it. */
export function nameOfRun(scenario: Scenario): string {
  const pairs = parsePairs(encodeScenario(scenario))
  const base = presetIn(pairs)?.title ?? fleetWords(scenario)
  const changes = pairs.filter(([key]) => !UNNAMED_KEYS.has(key)).map(([key, value]) => `${key} ${value}`)
  const shown = changes.slice(0, MAX_CHANGES)
  if (changes.length > MAX_CHANGES) shown.push(`${changes.length - MAX_CHANGES} more`)
  return [base, ...shown].join(', ')
}

/** The preset a scenario is nearest to, as its link names it. */
export function presetOf(scenario: Scenario): Preset | null {
  return presetIn(parsePairs(encodeScenario(scenario)))
}

function presetIn(pairs: readonly Pair[]): Preset | null {
  const id = new Map(pairs).get('preset')
  return id === undefined ? null : findPreset(id)
}

/** A scenario in a sentence: trace, fleet, what steers it, pass times, and what they were calibrated by. */
export function scenarioSentence(scenario: Scenario, traceTitle: string): string {
  const {engineTiming, calibration} = scenario
  const by = calibration === undefined ? [] : [`calibrated by ${calibration.of}`]
  return [traceTitle, fleetWords(scenario), plannerWords(scenario), `${engineTiming} timing`, ...by].join(
    ' · ',
  )
}

function fleetWords({fleet}: Scenario): string {
  return fleet.topology === 'agg'
    ? `${fleet.workers.initialWorkers} aggregated`
    : `${fleet.prefill.initialWorkers} prefill + ${fleet.decode.initialWorkers} decode`
}

function plannerWords(scenario: Scenario): string {
  const planner = plannerOf(scenario)
  const phaseShiftS = phaseShiftOf(scenario)
  if (planner === null) return POLICY_WORDS[scenario.scaling.policy].short
  const target =
    planner.optimization_target === 'sla'
      ? `planner on SLA ${formatMs(planner.ttft)} / ${formatMs(planner.itl)}`
      : `planner on ${planner.optimization_target}`
  return phaseShiftS === 0 ? target : `${target}, ${phaseShiftS} s later`
}
