import type {Scenario} from '../config/scenario.ts'
import {isEqual} from '../core/is-equal.ts'
import type {Result} from '../core/result.ts'
import type {Candidate, Cure, Finding, Remedy} from '../report/findings/finding.ts'
import {applySweepValue, findSweepKey} from '../sweep/keys.ts'
import type {PointFigures} from '../sweep/points.ts'
import type {Band} from '../sweep/repeats.ts'
import {comparePairs} from './paired.ts'
import {computeSpread, type Spread, type SpreadFigure} from './spread.ts'

export interface CureTrial {
  readonly candidates: readonly Candidate[]
  /** The repeats of the run as it is: their scenarios, and what they gave. */
  readonly repeats: readonly {readonly scenario: Scenario; readonly figures: PointFigures}[]
  /** Share of requests that must meet the objective. */
  readonly share: number
  /** Replays a scenario; an error where it cannot be run. */
  readonly run: (scenario: Scenario) => Promise<Result<PointFigures>>
}

/** Figures of a cure that are told. */
const TOLD: readonly SpreadFigure[] = ['sla_attainment', 'mean_ttft_ms', 'p90_ttft_ms', 'gpu_hours']

/**
 * The findings, each with the one of its remedies that helped most when they were replayed over the same repeats. A remedy that
 * two findings name is replayed once. Yields after each replay, with what is known by then, so that a host can show it.
 */
export async function* tryCures(trial: CureTrial): AsyncGenerator<readonly Finding[], readonly Finding[]> {
  const known = new Map<string, Cure | null>()
  const findings = trial.candidates.map(({finding}) => finding)
  for (const [i, {finding, remedies}] of trial.candidates.entries()) {
    let best: Cure | null = null
    for (const remedy of remedies) {
      const key = JSON.stringify(remedy)
      if (!known.has(key)) known.set(key, await tryRemedy(trial, remedy))
      const cure = known.get(key) ?? null
      if (cure !== null && (best === null || helpsMore(cure, best, trial.share))) best = cure
    }
    if (best === null) continue
    findings[i] = {...finding, cure: best}
    yield [...findings]
  }
  return findings
}

/** Of two that hold the objective the cheaper one, else the one that comes closer to it. */
function helpsMore(a: Cure, b: Cure, share: number): boolean {
  const [metA, metB] = [a.figures.sla_attainment ?? 0, b.figures.sla_attainment ?? 0]
  if (metA >= share && metB >= share) return (a.figures.gpu_hours ?? 0) < (b.figures.gpu_hours ?? 0)
  return metA > metB
}

/** null = it does not apply, cannot be run, or does not help. */
async function tryRemedy({repeats, share, run}: CureTrial, remedy: Remedy): Promise<Cure | null> {
  const changed = repeats.flatMap(({scenario}) => applyRemedy(scenario, remedy) ?? [])
  if (changed.length < repeats.length) return null
  const tried: PointFigures[] = []
  for (const asked of askAll(changed, run)) {
    const figures = await asked
    if (!figures.ok) return null
    tried.push(figures.value)
  }
  const before = repeats.map(({figures}) => figures)
  const won = before.filter((own, i) => isBetter(own, tried[i]!, share)).length
  if (won < Math.ceil(0.8 * before.length) || !isWorthIt(before, tried, share)) return null
  const bands = computeSpread(tried, {of: 'phase', share}).figures
  const bandsBefore = computeSpread(before, {of: 'phase', share}).figures
  return {
    change: remedy,
    figures: toldOf(bands, band => band.median),
    ranges: toldOf(bands, ({min, max}) => [min, max] as const),
    before: toldOf(bandsBefore, band => band.median),
    won,
    of: before.length,
  }
}

function toldOf<T>(bands: Spread['figures'], tell: (band: Band) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(
    TOLD.flatMap(name => {
      const band = bands[name]
      return band === undefined ? [] : [[name, tell(band)] as const]
    }),
  )
}

/** Where the objective holds, cheaper and still holding; else closer to it. */
function isBetter(before: PointFigures, after: PointFigures, share: number): boolean {
  const [met, metAfter] = [before.sla_attainment ?? 0, after.sla_attainment ?? 0]
  if (met >= share) return metAfter >= share && after.gpu_hours < before.gpu_hours
  return metAfter > met
}

/** Asks for all runs at once. One that is given up is told to whoever waits for it, and to nobody else. */
export function askAll(
  scenarios: readonly Scenario[],
  run: CureTrial['run'],
): readonly Promise<Result<PointFigures>>[] {
  const asked = scenarios.map(run)
  for (const each of asked) each.catch(() => {})
  return asked
}

/** In the median the figure that matters must move by more than nothing. */
function isWorthIt(before: readonly PointFigures[], after: readonly PointFigures[], share: number): boolean {
  const holds = before.filter(run => (run.sla_attainment ?? 0) >= share).length * 2 > before.length
  const pick = (run: PointFigures) => (holds ? run.gpu_hours : (run.sla_attainment ?? 0))
  return comparePairs(before.map(pick), after.map(pick)).isReal
}

/** The scenario with the change; null where its knobs do not fit the scenario or change nothing. */
export function applyRemedy(scenario: Scenario, remedy: Remedy): Scenario | null {
  let changed = scenario
  for (const [name, value] of Object.entries(remedy)) {
    const key = findSweepKey(name)
    if (!key.ok) return null
    const applied = applySweepValue(changed, key.value, value)
    if (!applied.ok) return null
    changed = applied.value
  }
  return isEqual(changed, scenario) ? null : changed
}
