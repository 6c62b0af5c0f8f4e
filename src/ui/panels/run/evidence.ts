import type {Finding, FindingRule} from '../../../report/findings/finding.ts'

/** Rules whose stretch is one state from end to end: its middle shows it, its edges show how it came and went. */
const STATES: ReadonlySet<FindingRule> = new Set([
  'planner-blind',
  'stuck-backlog',
  'budget-reached',
  'overloaded',
])

/** The moment at which a finding is to be seen, in simulated seconds. */
export function evidenceAt({rule, from_s, to_s}: Finding): number {
  return STATES.has(rule) ? (from_s + to_s) / 2 : from_s
}
