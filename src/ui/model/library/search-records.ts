import {VERSION} from '../../../config/link/version.ts'
import type {Scenario} from '../../../config/scenario.ts'
import {sha256OfText} from '../../../core/sha256.ts'
import {stableJson} from '../../../core/stable-json.ts'
import type {WhyNot} from '../../../search/answer/recommendation-json.ts'
import {tellRecommendation} from '../../../search/answer/recommendation-text.ts'
import {readEvidence} from '../../../store/import-library.ts'
import {jsonBytes, newRecordId} from '../../../store/library-record.ts'
import {type SavedSearch, SEARCH_VERSION, type SearchEvidence} from '../../../store/saved-search.ts'
import type {PriceTable} from '../money/price-table.svelte.ts'
import {nameOfRun} from '../scenario/run-names.ts'
import type {SearchPlan} from '../search/planned-run.ts'
import type {SearchState} from '../search/search.svelte.ts'
import {spaceInFull} from '../search/spec.ts'
import type {LibraryState} from './library.svelte.ts'

type Found = Omit<SavedSearch, 'version' | 'id' | 'notes' | 'createdAtMs' | 'sizeBytes'>

interface KeepOptions {
  readonly library: LibraryState
  readonly currency: string
  readonly titleOf: (scenario: Scenario) => string
}

/** Keeps the search on screen: the record that asked the same is brought up to it, else there is a new one. */
export async function keepSearch(
  search: SearchState,
  {library, currency, titleOf}: KeepOptions,
): Promise<void> {
  const {plan, evidence, why, spec} = search
  const found = plan === null || evidence.length === 0 ? null : foundBy(search, plan, currency, titleOf)
  if (plan === null || found === null || search.isShown) return
  const body: SearchEvidence = {
    problem: {...plan.problem},
    results: evidence,
    why: why === null ? null : {...why},
  }
  const sizeBytes = jsonBytes(found) + jsonBytes(body)
  await library.loaded()
  const same = library.searches.entries.find(({summary}) => summary.question === found.question)?.summary
  if (same === undefined) {
    const id = newRecordId()
    const own = {version: SEARCH_VERSION, id, notes: '', createdAtMs: Date.now(), sizeBytes: 0} as const
    library.searches.show({...found, spec, ...own})
    await library.searches.write(id, body, sizeBytes)
  } else if (isNews(found, same)) {
    const {name: _, ...changed} = found
    await library.searches.change(same.id, {...changed, sizeBytes}, body)
  }
  await library.measure()
}

/** One that was stopped, or had less time, knows less than one that came to its end. */
function isNews(found: Found, kept: SavedSearch): boolean {
  const isSame = found.fullRuns === kept.fullRuns && found.ended === kept.ended
  if (isSame || found.release !== kept.release) return found.release !== kept.release
  return found.ended === 'settled' || found.fullRuns >= kept.fullRuns
}

function foundBy(
  {advance, phase, spec}: SearchState,
  plan: SearchPlan,
  currency: string,
  titleOf: (scenario: Scenario) => string,
): Found | null {
  if (advance === null) return null
  const {base, problem} = plan
  const {answer} = advance
  const [sentence = ''] = tellRecommendation(answer)
  return {
    name: `Recommend: ${nameOfRun(problem.base)}`,
    scenario: {...problem.base, objective: problem.objective},
    spec,
    traceTitle: titleOf(base.scenario),
    traceSha256: base.traceSha256,
    profileSha256: base.profileSha256,
    prices: problem.prices,
    currency,
    sentence,
    fullRuns: answer.evaluations.full,
    partialRuns: answer.evaluations.partial,
    ended: phase.kind === 'done' ? (answer.reason ?? '') : '',
    release: VERSION,
    question: questionOf(plan),
  }
}

/** The trace counts by its bytes, not by its name; how long it may take is no part of what is asked. */
function questionOf({problem, base: {traceSha256, profileSha256}}: SearchPlan): string {
  const {trace: _, ...knobs} = problem.base
  return sha256OfText(stableJson({problem: {...problem, base: knobs}, traceSha256, profileSha256}))
}

/** Puts a kept search on screen with its answer and all that it ran, and its prices with it. @returns its record; null with the reason in the Library's problem */
export async function openSearch(
  id: string,
  {library, search, prices}: {library: LibraryState; search: SearchState; prices: PriceTable},
): Promise<SavedSearch | null> {
  const summary = library.searches.find(id)
  if (summary === null) return null
  const read = await library.searches.body(id)
  const evidence = read.ok ? readEvidence(read.value) : read
  const problem = evidence.ok ? await show(summary, evidence.value, search) : evidence.error
  if (problem !== null) {
    library.problem = `The search could not be opened: ${problem.message}`
    if (!read.ok) await library.searches.load()
    return null
  }
  // A ready-made space may be another in another version; where it is the same, the form names it.
  const space = JSON.stringify(search.plan?.problem.space)
  search.spec = {...summary.spec, space: spaceInFull(summary.spec, space)}
  prices.showLinked(summary.prices, summary.currency)
  return summary
}

const ENDS = ['settled', 'budget', 'time'] as const

function show(
  {scenario, traceSha256, profileSha256, prices, spec, ended}: SavedSearch,
  {problem, results, why}: SearchEvidence,
  search: SearchState,
) {
  const base = {scenario, traceSha256, profileSha256, prices, traceBlob: null, profile: null, arrivals: null}
  const plan: SearchPlan = {
    base,
    problem: problem as unknown as SearchPlan['problem'],
    size: 0,
    timeLimitS: spec.timeLimitS,
  }
  const reason = ENDS.find(one => one === ended) ?? null
  return search.show(plan, {evidence: results, why: why as WhyNot | null, reason})
}
