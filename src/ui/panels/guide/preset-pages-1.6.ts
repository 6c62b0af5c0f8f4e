import type {NextStep, PresetPage} from './preset-page.ts'

const BOTH_RELEASES: NextStep = {
  link: 'preset=agg-161&view=sweep&sweep=dynamo:1.2.1,1.6.1&repeats=5',
  text: 'Both releases, five planner phases each.',
}
const ONE_PHASE =
  'One phase of the planner’s interval of many: under 1.6.1 single passes decide whether a fleet latches. Repeat over phases ' +
  'before you conclude anything; the page on what changed has medians and ranges.'

/** Pages of the presets on 1.6.1. What holds over phases is told on the page about both releases. */
export const PRESET_PAGES_16: readonly PresetPage[] = [
  {
    id: 'agg-161',
    question: 'What does today’s planner make of the guide’s hour when new instances take a minute to serve?',
    look: [
      ['Timelines: Replicas', 'The fleet goes to the budget and stays there for most of the hour.'],
      ['Load scaling decisions', '“held by the GPU budget”: it wanted one more, tick after tick.'],
      ['Decision inspector at any such tick', 'The ITL estimate beside what the last passes really took.'],
      ['Headline: GPU-hours', 'Latency is good because the fleet is as large as it may be.'],
    ],
    shows: [
      'Load scaling estimates a light pass by mixed passes that were nearly all full chunks, and so finds every instance over ' +
        'the ITL target while their passes take a few milliseconds. The page “What changed between 1.2.1 and 1.6.1” has the cause ' +
        'and the settings that avoid it.',
    ],
    next: [
      {
        link: 'preset=small-passes-161',
        text: 'Smaller passes: what avoids it at the engine.',
      },
      {
        link: 'preset=agg-161&planner.itl=110',
        text: 'An ITL target above the false estimate: what avoids it at the planner.',
        isMeasured: true,
      },
      BOTH_RELEASES,
    ],
    caveats: [ONE_PHASE, 'KV capacity is what the GPU’s memory holds, not the 16,384 blocks of 1.2.1.'],
  },
  {
    id: 'small-passes-161',
    question: 'Does a smaller token budget per pass keep the planner of 1.6.1 from its budget?',
    look: [
      ['Timelines: Replicas', 'The fleet follows the load again.'],
      [
        'Decision inspector',
        'The ITL estimate: a full chunk is a quarter of the work, and so is what is made of it.',
      ],
      ['Headline: TTFT', 'Fewer instances and prompts in more pieces: requests wait longer.'],
    ],
    shows: [
      'Mixed passes caught at ticks are full chunks here, too, but of 2,048 tokens: what they say of a light pass stays under the ' +
        'target. The price is TTFT.',
    ],
    next: [
      {link: 'preset=agg-161', text: 'With passes of 8,192 tokens.'},
      {
        link: 'preset=small-passes-161&planner.min_endpoint=3',
        text: 'With a floor of three instances, for TTFT.',
        isMeasured: true,
      },
    ],
    caveats: [ONE_PHASE],
  },
  {
    id: 'disagg-161',
    question: 'How does 1.6.1 scale a prefill and a decode pool that start slowly?',
    look: [
      ['Timelines: Replicas', 'Two pools; while one of them starts, “scaling in progress” stands for both.'],
      ['Load scaling decisions', 'Reasons of each pool, and of both together.'],
      ['Headline', 'Hold GPU-hours against the aggregated run.'],
    ],
    shows: ['Pools have one kind of pass each, so nothing mixed is learned and nothing latches by it.'],
    next: [{link: 'preset=agg-161', text: 'The aggregated run.'}, BOTH_RELEASES],
    caveats: [ONE_PHASE, 'No KV transfer is counted unless its size and bandwidth are given.'],
  },
  {
    id: 'kv-router-161',
    question: 'What is the KV router worth under 1.6.1?',
    look: [
      ['Headline: prefix reuse', 'Against the run that deals requests out in turn.'],
      ['TTFT', 'Prompts that are cached need no pass of their own.'],
    ],
    shows: ['The router of 1.6.1 makes nobody wait in a queue of its own by default; the one of 1.2.1 does.'],
    next: [{link: 'preset=agg-161', text: 'Without it: in turn.'}, BOTH_RELEASES],
    caveats: [ONE_PHASE, 'The reference breaks ties between instances at random.'],
  },
  {
    id: 'easy-throughput-161',
    question: 'How does 1.6.1 scale without latency targets?',
    look: [
      [
        'Timelines: KV tokens',
        'One instance above the whole pool adds a replica; all below 60 % take one away.',
      ],
      ['Headline: TTFT', 'Nobody steered by it.'],
    ],
    shows: [
      'Nothing is learned, so nothing latches. The KV pool is larger than under 1.2.1, where it is not sized by the GPU: the same ' +
        'thresholds act later.',
    ],
    next: [
      {
        link: 'preset=easy-throughput-161&planner.optimization_target=latency',
        text: 'The thresholds for low latency.',
        isMeasured: true,
      },
      {link: 'preset=agg-161', text: 'With latency targets.'},
    ],
    caveats: ['ttft and itl of the config are ignored by this target.'],
  },
  {
    id: 'tight-budget-161',
    question: 'What does the budget guard of 1.6.1 do to a fleet that may not grow?',
    look: [
      ['Load scaling decisions', '“held by the GPU budget” at the ceiling of three.'],
      ['TTFT', 'The queue behind the decisions that were held.'],
    ],
    shows: ['At the ceiling a wish for more is held and told as such; it never turns into fewer.'],
    next: [
      {link: 'preset=tight-budget-161&planner.max_gpu_budget=5', text: 'Five GPUs.', isMeasured: true},
      {link: 'preset=agg-161', text: 'The usual budget of 8.'},
    ],
    caveats: [ONE_PHASE, 'Budgets count GPUs here, not replicas.'],
  },
]
