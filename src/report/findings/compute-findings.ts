import {findArrivalBursts} from './arrival-bursts.ts'
import {findBottleneck} from './bottleneck.ts'
import {findBudgetReached, findFloorHeld} from './bounds-reached.ts'
import {findEveryInstanceRule} from './every-instance-rule.ts'
import type {Candidate, Finding} from './finding.ts'
import {findKvFull} from './kv-full.ts'
import {findOscillation} from './oscillation.ts'
import {findOverProvisioned} from './over-provisioned.ts'
import {findOverloaded} from './overloaded.ts'
import {findPlannerBlind} from './planner-blind.ts'
import {findPreemptionThrash} from './preemption-thrash.ts'
import {findPrefixCacheLost} from './prefix-cache-lost.ts'
import {computeRunFacts, type FindingInput, type RunFacts} from './run-facts.ts'
import {findScaledDownIntoBurst} from './scaled-down-into-burst.ts'
import {findStartupOutlastsBurst} from './startup-outlasts-burst.ts'
import {findStuckBacklog} from './stuck-backlog.ts'
import {findWarmUp} from './warm-up.ts'

/** Each looks at one thing and says nothing where it cannot tell. */
const RULES: readonly ((facts: RunFacts) => readonly Candidate[])[] = [
  findOverloaded,
  findPlannerBlind,
  findStuckBacklog,
  findEveryInstanceRule,
  findBudgetReached,
  findScaledDownIntoBurst,
  findStartupOutlastsBurst,
  findArrivalBursts,
  findPreemptionThrash,
  findKvFull,
  findOscillation,
  findPrefixCacheLost,
  findWarmUp,
  findBottleneck,
  findOverProvisioned,
  findFloorHeld,
]

/** More than this nobody reads. */
const MOST_FINDINGS = 5

/** What an expert would say first after a look at the run: the findings that bear on most requests, largest first. */
export function computeCandidates(input: FindingInput): readonly Candidate[] {
  const facts = computeRunFacts(input)
  return RULES.flatMap(rule => rule(facts))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, MOST_FINDINGS)
}

export function computeFindings(input: FindingInput): readonly Finding[] {
  return computeCandidates(input).map(({finding}) => finding)
}
