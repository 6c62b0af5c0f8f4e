import type {Scenario} from '../config/scenario.ts'
import type {BenchKind} from './bench-choice.ts'
import type {FleetSize} from './fleet-plan.ts'
import type {BenchVariants} from './parse-variants.ts'

/** One line of the bench's table: a way to size the fleet. */
export interface BenchPolicy {
  /** Short, unique, fit for a file name. */
  readonly id: string
  readonly label: string
  readonly kind: BenchKind
  readonly scenario: Scenario
  /** Size of a fixed fleet; null for what changes it. */
  readonly size: FleetSize | null
  /** Seconds between looks, over which its phases are spread; null = it has none. */
  readonly intervalS: number | null
}

export interface BenchSettings {
  readonly kinds: ReadonlySet<BenchKind>
  /** Replicas of all pools together at the most, and of a pool at the least. */
  readonly most: number
  readonly least: number
  /** Requests that an instance decodes at a time with ITL at its objective. */
  readonly batchAtItl: number
  readonly variants: BenchVariants
}
