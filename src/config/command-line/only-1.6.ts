/** Flags that 1.2.1 does not have. */
export const FLAGS_OF_1_6 = [
  '--max-sim-time-ms',
  '--sla-ttft-ms',
  '--sla-itl-ms',
  '--sla-e2e-ms',
  '--performance-model-metadata',
  '--kv-event-lag-ms',
  '--request-rate',
  '--arrival-seed',
  '--model-name',
] as const
