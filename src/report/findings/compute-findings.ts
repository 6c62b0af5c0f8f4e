import type {Candidate} from './finding.ts'
import {findArrivalBursts} from './rules/arrival-bursts.ts'
import {findBottleneck} from './rules/bottleneck.ts'
import {findBudgetReached, findFloorHeld} from './rules/bounds-reached.ts'
import {findDrainLimitReached} from './rules/drain-limit-reached.ts'
import {findEstimateFarOff} from './rules/estimate-far-off.ts'
import {findEveryInstanceRule} from './rules/every-instance-rule.ts'
import {findKvFull} from './rules/kv-full.ts'
import {findOscillation} from './rules/oscillation.ts'
import {findOverProvisioned} from './rules/over-provisioned.ts'
import {findOverloaded} from './rules/overloaded.ts'
import {findPlannerBlind} from './rules/planner-blind.ts'
import {findPreemptionThrash} from './rules/preemption-thrash.ts'
import {findPrefixCacheLost} from './rules/prefix-cache-lost.ts'
import {findScaledDownIntoBurst} from './rules/scaled-down-into-burst.ts'
import {findStartupOutlastsBurst} from './rules/startup-outlasts-burst.ts'
import {findStuckBacklog} from './rules/stuck-backlog.ts'
import {findWarmUp} from './rules/warm-up.ts'
import {computeRunFacts, type FindingInput, type RunFacts} from './run-facts.ts'

/** Each looks at one thing and says nothing where it cannot tell. */
const RULES: readonly ((facts: RunFacts) => readonly Candidate[])[] = [
  findOverloaded,
  findPlannerBlind,
  findStuckBacklog,
  findEveryInstanceRule,
  findBudgetReached,
  findEstimateFarOff,
  findScaledDownIntoBurst,
  findStartupOutlastsBurst,
  findArrivalBursts,
  findPreemptionThrash,
  findDrainLimitReached,
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
