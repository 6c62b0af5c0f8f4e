import type {Release} from '../../config/release.ts'
import type {Dial} from './tipping/dial.ts'

/** Replicas per pool; an aggregated fleet has only `decode`, as everywhere in the planner. */
export interface ReplicaPair {
  readonly prefill: number | null
  readonly decode: number
}

/**
 * The decisions of one release's planner as pure functions: what it decided at a tick can be decided again, or
 * otherwise, from the grounds that tick kept. A release is a folder with such an object, a `ScalingPolicy` that
 * remembers and asks it, and an entry in `create-policy.ts`.
 */
export interface PlannerRules<Config, Grounds, Decisions> {
  readonly release: Release
  decide(config: Config, grounds: Grounds): Decisions
  /** Whether the tick decides on replicas, and whether it sets lower bounds for later ones. */
  decidesFleet(config: Config, grounds: Grounds): boolean
  setsBounds(config: Config, grounds: Grounds): boolean
  /** Replicas a tick leaves behind; null where it decides on none and the counts are not known. */
  fleetOutcome(grounds: Grounds, decisions: Decisions): ReplicaPair | null
  boundsOutcome(grounds: Grounds, decisions: Decisions): ReplicaPair | null
  /** All that can be turned to see whether a decision tips. */
  dials(config: Config, grounds: Grounds, outcome: ReplicaPair | null): readonly Dial<Config, Grounds>[]
}
