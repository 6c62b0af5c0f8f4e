/** Latency of one operator of a pass. */
export interface OpLatency {
  readonly name: string
  readonly ms: number
}
