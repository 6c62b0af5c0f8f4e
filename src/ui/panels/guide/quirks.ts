/** Behaviour of ai-dynamo 1.2.1 that one would not expect, reproduced here, and what each does to a result. */
export interface Quirk {
  readonly what: string
  readonly effect: string
}

export interface QuirkGroup {
  readonly title: string
  readonly quirks: readonly Quirk[]
}

export const QUIRKS: readonly QuirkGroup[] = [
  {
    title: 'Ticks and observations',
    quirks: [
      {
        what: 'The next tick is counted from the last event before this one, not from the time it was due.',
        effect:
          'Ticks creep earlier, by seconds over an hour, and never catch up; their times are not round.',
      },
      {
        what: 'Load and throughput ticks merge only within 0.5 s. On a throughput tick of its own, the passes observed since are dropped.',
        effect: 'The regression misses up to one load interval of samples every throughput interval.',
      },
      {
        what: 'The last pass of each instance is counted at every load tick, also if there was none since.',
        effect: 'An idle instance repeats a stale sample, and estimates lag behind a change.',
      },
      {
        what: 'Observations are kept for as many instances as are active, lowest numbers first; draining ones still report.',
        effect:
          'For a tick or two after a scale-down the planner may look at an instance that is leaving, and not at a new one.',
      },
      {
        what: 'An active instance that has not finished a pass yet makes the tick void (worker_count_mismatch).',
        effect: 'A scaling decision comes one interval later, mostly after a start.',
      },
      {
        what: 'The window after the last tick is no tick.',
        effect: 'Its decisions, diagnostics and GPU-hours do not exist.',
      },
    ],
  },
  {
    title: 'Regression and estimates',
    quirks: [
      {
        what: 'A fit with a negative slope is rejected, and without an estimate the load decision reads no_change.',
        effect:
          'Under overload all passes look alike, the slope turns negative, and the planner does nothing while the queue grows: ' +
          'see “Guide: aggregated”.',
      },
      {
        what: 'The decode model may drop its slope over requests (set to 0, without a new fit).',
        effect: 'Decode estimates depend on KV tokens alone in nearly all runs.',
      },
      {
        what: 'The ITL estimate uses the mean prefill of the last 64 passes.',
        effect:
          'It jumps by a factor of several from tick to tick, depending on whether a prompt was among them.',
      },
      {
        what: 'Points of the GPU tables and observed passes share the 64 samples.',
        effect:
          'With polynomial timing the first fits blend two unlike timings, until the table’s points have been retired.',
      },
      {
        what: 'Stale and repeated entries of the waiting queue count as queued tokens.',
        effect: 'After pre-emptions the estimated TTFT, and the queue in the charts, is too high.',
      },
      {
        what: 'If even one request alone misses a target, an instance’s capacity is that of batch size 1.',
        effect:
          'The lower bound jumps to dozens of replicas until the next throughput tick: see “Guide: disaggregated”.',
      },
      {
        what: 'The planner sees a KV hit rate of 0 under round robin, whatever the caches do.',
        effect: 'It takes prompts for dearer than they are.',
      },
    ],
  },
  {
    title: 'Decisions',
    quirks: [
      {
        what: 'Up by one, and only if every instance is over a target; down by one if the others could take it.',
        effect: 'One drowning instance among idle ones brings no help; large changes take many ticks.',
      },
      {
        what: 'An aggregated fleet decides nothing while an instance starts. A disaggregated one does.',
        effect:
          'With long starts an aggregated planner is deaf most of the time; a disaggregated one logs the same scale-up again.',
      },
      {
        what: 'A disaggregated decision sets both pools, the unchanged one to its active count.',
        effect:
          'A decode decision takes back a prefill instance that is still starting, and no event says so. And vice versa.',
      },
      {
        what: 'A target equal to the active count is no change, even while other instances start.',
        effect: 'A start that is no longer wanted goes on.',
      },
      {
        what: 'The lower bound of throughput scaling stays until the next one, is not capped itself, and the budget wins over it.',
        effect: 'A wrong bound holds for a whole interval.',
      },
      {
        what: 'Demand is the predicted number of requests over the length of the window just seen.',
        effect: 'A late or early tick shifts demand by its share of the interval.',
      },
      {
        what: 'arima repeats the last value for four points, chooses its order at the fifth and keeps it.',
        effect:
          'In an hour at 300 s it predicts at 7 of 11 ticks, and mostly a mean of the logarithms so far.',
      },
      {
        what: 'Each replica counts as one GPU against max_gpu_budget and min_gpu_budget.',
        effect: 'With TP 4 a budget of 8 allows 32 GPUs.',
      },
      {
        what: 'Target throughput measures the prefill queue against the KV pool’s size.',
        effect:
          'With default args a disaggregated prefill pool scales up at a million queued tokens on one instance.',
      },
      {
        what: 'pre_deployment_sweeping_mode only has to be set.',
        effect: 'rapid and thorough give the same run.',
      },
    ],
  },
  {
    title: 'Engine',
    quirks: [
      {
        what: 'Prefill and decode times of a pass add up, and every token of the pass appears at its end.',
        effect: 'TTFT holds one decode step, and every running request waits for the prompts of its pass.',
      },
      {
        what: 'Prefill is priced by the mean prompt and the mean cached prefix of the pass, each rounded down.',
        effect: 'A pass of unlike prompts costs a little more or less than its tokens.',
      },
      {
        what: 'A prompt found whole in the cache is not computed at all, not even its last token.',
        effect: 'Its TTFT is one decode step.',
      },
      {
        what: 'A waiting request may pre-empt running ones. With fifo the next request in line misses that pass.',
        effect: 'Small KV pools thrash: ITL has a long tail, and reuse looks high.',
      },
      {
        what: 'Reuse counts what a pre-empted request finds of itself; SGLang counts earlier chunks, too.',
        effect: 'The prefix-reuse ratio rises under overload, without any shared prompt.',
      },
      {
        what: 'Queued requests stay with their instance; a draining one finishes all it has.',
        effect: 'A scale-up helps new arrivals only; a backlog outlives it.',
      },
      {
        what: 'Start-up is counted from the last event before the decision.',
        effect: 'Instances are ready up to one pass early.',
      },
      {
        what: 'num_gpu_blocks is 16,384 unless set, whatever GPU and model are named.',
        effect:
          'A million tokens of KV cache an instance; KV pressure is wrong until you set it (the GPU model view estimates it).',
      },
      {
        what: 'Pools whose engine args name no worker_type are aggregated in a disaggregated fleet, too.',
        effect: 'Every prompt is computed twice.',
      },
      {
        what: 'KV transfer is free unless both its fields are set on the prefill pool; it has no contention.',
        effect: 'Disaggregated TTFT is optimistic.',
      },
      {
        what: 'SGLang never returns slots of a prompt that two requests computed at once.',
        effect: 'Its pool shrinks over a long run.',
      },
    ],
  },
  {
    title: 'Traffic and report',
    quirks: [
      {
        what: 'Hash ids are cut to 32 bits; input_length to the tokens its hash ids cover.',
        effect: 'Prompts may come out shorter than the trace says, and unlike ids equal.',
      },
      {
        what: 'A turn’s delay counts from the end of the turn before; generated prefix groups all share one prefix.',
        effect: 'Sessions stretch under overload (a closed loop); groups make no difference.',
      },
      {
        what: 'GPU-hours run from the first tick to the last, for active instances, and are 0 without *_engine_num_gpu.',
        effect: 'Starting and draining instances are free. “billed” beside it counts them.',
      },
      {
        what: 'ITL is every gap between two tokens, pooled; percentiles are nearest rank.',
        effect: 'Long answers weigh more. TPOT is the mean gap of each request.',
      },
    ],
  },
]
