import type {PresetPage} from './preset-page.ts'

/** Pages of the presets that vary the guide's experiments: other targets, slow starts, limits, routing. */
export const MORE_PRESET_PAGES: readonly PresetPage[] = [
  {
    id: 'easy-throughput',
    question: 'How does the planner scale when it is given no latency target, only KV use to watch?',
    look: [
      [
        'Timelines: Decode KV tokens',
        'One instance above the whole pool adds a replica; all below 60 % take one away.',
      ],
      [
        'Scaling events',
        'Over two hundred in an hour: no estimate and no floor stands in the way of either direction.',
      ],
      [
        'Headline: TTFT',
        'Nobody steered by it; attainment is counted all the same, against the targets of the scenario.',
      ],
    ],
    shows: [
      'For an aggregated fleet the threshold is on queued plus running tokens over the KV pool. A burst has to fill an ' +
        'instance’s pool before anything happens, then one replica is added every ten seconds up to the budget of 8, and ' +
        'all of them are let go again. It uses more GPU-hours than the SLA target does, and bursts still wait.',
    ],
    next: [
      {link: 'preset=easy-latency', text: 'The thresholds for low latency: they act at 40 %, not at 100 %.'},
      {
        link: 'preset=easy-throughput&engine.num_gpu_blocks=4096',
        text: 'A quarter of the KV pool: the same thresholds now mean something else.',
        isMeasured: true,
      },
      {
        link: 'view=compare&compare=preset%3Dguide-agg&compare=preset%3Deasy-throughput&compare=preset%3Deasy-latency',
        text: 'Compare the three targets.',
      },
    ],
    caveats: [
      'This is the reference’s default target. ttft and itl of the config are ignored by it.',
      'In a disaggregated fleet the prefill threshold is a queue as large as the KV pool of one instance: about a million ' +
        'tokens with default args, so it hardly ever scales up.',
    ],
  },
  {
    id: 'easy-latency',
    question:
      'What do thresholds that act early buy, compared with thresholds that act late and with the SLA target?',
    look: [
      ['Headline: TTFT and GPU-hours', 'Against the throughput target: lower TTFT for fewer GPU-hours.'],
      [
        'Timelines: Decode KV tokens',
        'A replica is added at 40 % of one pool and taken away when all are below 10 %.',
      ],
      ['Scaling events', 'Still about two hundred: early, and nervous.'],
    ],
    shows: [
      'Acting at 40 % keeps queues from forming, so replicas are needed for a shorter time: it attains more than the ' +
        'throughput target and costs less. It attains more than the SLA target too, at about the same GPU-hours: it ' +
        'needs no regression, so it cannot go blind.',
    ],
    next: [
      {
        link: 'preset=easy-latency&planner.load_adjustment_interval=30',
        text: 'Look every 30 s: fewer events, later help.',
        isMeasured: true,
      },
      {
        link: 'preset=easy-latency&engine.startup_time=60',
        text: 'A minute to start: early thresholds are no longer early enough.',
        isMeasured: true,
      },
      {link: 'preset=easy-latency&view=sweep&sweep=cold-start', text: 'Its own cold-start curve.'},
    ],
    caveats: ['The thresholds are fixed in the planner; no field changes them.'],
  },
  {
    id: 'slow-start',
    question: 'What is left of autoscaling when a new instance needs five minutes?',
    look: [
      ['Timelines: Replicas', 'The dashed share is starting: paid for, and of no use yet.'],
      [
        'Load scaling decisions',
        'More than half say “scaling_in_progress”: an aggregated fleet waits for its start.',
      ],
      ['Headline: billed against GPU-hours', 'The planner’s own count leaves starting instances out.'],
      ['TTFT of every request', 'The waves are the start-ups.'],
    ],
    shows: [
      'The first decision after ten seconds takes the fleet down to one; the second asks for it back and waits until 5:20. ' +
        'Every later step down costs the same again. Twelve scaling events in an hour, each of them late.',
    ],
    next: [
      {
        link: 'preset=slow-start&planner.min_endpoint=3',
        text: 'A floor of three: fewer than the billed GPU-hours of the run above, and the mean TTFT within target.',
        isMeasured: true,
      },
      {
        link: 'preset=slow-start&engine.startup_time=120',
        text: 'Two minutes instead of five.',
        isMeasured: true,
      },
      {
        link: 'preset=guide-agg&view=sweep&sweep=cold-start&repeats=3',
        text: 'All start-up times, with the spread of three planner phases.',
      },
    ],
    caveats: [
      'Start-up is one constant. Real starts vary, fail, and pull images; the first passes of a cold engine are slower too.',
      'A start is cancelled at no cost when the planner changes its mind in time.',
    ],
  },
  {
    id: 'tight-budget',
    question: 'How much does a cap of three instances cost in latency?',
    look: [
      ['Timelines: Replicas', 'Three, for as long as there is a queue.'],
      ['Decision inspector', '“What would have tipped it” names max_gpu_budget where the cap decided.'],
      ['Headline: TTFT', 'Then the surprise: hold it against the run without the cap.'],
    ],
    shows: [
      'The capped run is far better than the uncapped “Guide: aggregated”. The cap did not help: at other times the planner ' +
        'happened not to be left alone with one instance under a burst. Where in a burst a tick falls decides that, so hold ' +
        'repeats against repeats before you believe in a difference of one run.',
    ],
    next: [
      {
        link: 'preset=tight-budget&planner.min_endpoint=3',
        text: 'Floor and cap at three, a fixed fleet: the target is met, for more GPU-hours.',
        isMeasured: true,
      },
      {
        link: 'preset=guide-agg&view=sweep&sweep=planner.max_gpu_budget:2:8:1&repeats=3',
        text: 'Budgets of 2 to 8, three planner phases each.',
      },
    ],
    caveats: [
      'The budget counts replicas, not GPUs: in a replay the reference takes each replica as one GPU, whatever its size.',
      'The budget is applied after the lower bound of throughput scaling, so it wins.',
    ],
  },
  {
    id: 'kv-router',
    question: 'What does routing to where the prompt is already cached change?',
    look: [
      ['Headline: cache reuse', 'Against round robin: how much prompt is not computed again.'],
      [
        'Timelines: KV cache hit rate',
        'Under this router the planner sees a hit rate and discounts prompts by it.',
      ],
      ['Timelines: Replicas', 'One instance from 5 to 15 min, then up to eight to make up for it.'],
      ['Scenario: seed', 'Run it with other seeds: ties between instances are broken at random.'],
    ],
    shows: [
      'The hour is lost between 5 and 20 min as in “Guide: aggregated”, for the same reason: one instance, no estimate. ' +
        'After that, TTFT is better than with round robin at fewer instances.',
      'cache reuse of overloaded runs is inflated: a pre-empted request that finds its own blocks again counts as reuse.',
    ],
    next: [
      {
        link: 'preset=kv-router&planner.min_endpoint=3',
        text: 'A floor of three takes the blindness out: compare this one with the same floor under round robin.',
        isMeasured: true,
      },
      {
        link: 'view=compare&compare=preset%3Dguide-agg%26planner.min_endpoint%3D3&compare=preset%3Dkv-router%26planner.min_endpoint%3D3',
        text: 'That comparison.',
      },
      {link: 'preset=kv-router&timing=polynomial', text: 'With the reference’s timing.', isMeasured: true},
    ],
    caveats: [
      'The reference breaks ties at random and does not repeat itself; here the seed decides. Figures of one seed are one sample.',
      'Ties are common: instances that are idle and know nothing of a prompt are all alike.',
    ],
  },
]
