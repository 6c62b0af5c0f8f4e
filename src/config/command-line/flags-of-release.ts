import type {Release} from '../release.ts'
import type {Flag} from './flag.ts'

/** Flags that 1.2.1 does not have: keywords of 1.6.1's replay call. */
export const FLAGS_OF_1_6 = [
  '--max-sim-time-ms',
  '--sla-ttft-ms',
  '--sla-itl-ms',
  '--sla-e2e-ms',
  '--performance-model-metadata',
  '--kv-event-lag-ms',
  '--ais-perf-config',
  '--request-rate',
  '--arrival-seed',
  '--model-name',
] as const

/** Flags of 1.2.1's command that 1.6.1's replay call has no keyword for. */
const FLAGS_OF_1_2: readonly string[] = [
  '--aic-backend',
  '--aic-system',
  '--aic-model-path',
  '--aic-backend-version',
  '--aic-tp-size',
  '--report-json',
  '--help',
]

/** The releases whose own replay takes the flag, as an option of its command or a keyword of its call; none = it is ours. */
export function releasesOfFlag({name, origin}: Pick<Flag, 'name' | 'origin'>): readonly Release[] {
  if (origin !== 'reference') return []
  if (FLAGS_OF_1_2.includes(name)) return ['1.2.1']
  return (FLAGS_OF_1_6 as readonly string[]).includes(name) ? ['1.6.1'] : ['1.2.1', '1.6.1']
}
