import type {ThroughputReason} from '../reasons.ts'

/** Throughput scaling of 1.6.1 tells of no tick that it is switched off at. */
export type ThroughputReason16 = Exclude<ThroughputReason, 'disabled'>
