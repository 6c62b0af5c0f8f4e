/**
 * Links that somebody may have kept, with what they must give for ever. Lines may only be ADDED here: a link that was
 * sent to a colleague, or stands in a document, cannot be called back. If one of these fails, the decoder needs a
 * migration and not the list a change.
 *
 * `gives` is what differs from the preset the link names, by path; `canonical` is the link the page writes for the same,
 * if it is another one.
 */
export interface GoldenLink {
  readonly link: string
  readonly preset: string | null
  readonly gives: Readonly<Record<string, unknown>>
  readonly view?: string
  readonly sweep?: unknown
  readonly compared?: readonly string[]
  readonly run?: boolean
  readonly canonical?: string
}

export const GOLDEN_LINKS: readonly GoldenLink[] = [
  {link: 'v=1', preset: null, gives: {}},
  {link: 'v=1&preset=guide-agg', preset: 'guide-agg', gives: {}},
  {link: 'v=1&preset=two-at-least', preset: 'two-at-least', gives: {}},
  {link: 'v=1&preset=guide-disagg', preset: 'guide-disagg', gives: {}},
  {link: 'v=1&preset=disagg-typed', preset: 'disagg-typed', gives: {}},
  {link: 'v=1&preset=as-published', preset: 'as-published', gives: {}},
  {link: 'v=1&preset=as-published-disagg', preset: 'as-published-disagg', gives: {}},
  {link: 'v=1&preset=easy-throughput', preset: 'easy-throughput', gives: {}},
  {link: 'v=1&preset=easy-latency', preset: 'easy-latency', gives: {}},
  {link: 'v=1&preset=agg-161', preset: 'agg-161', gives: {}},
  {link: 'v=1&preset=small-passes-161', preset: 'small-passes-161', gives: {}},
  {link: 'v=1&preset=disagg-161', preset: 'disagg-161', gives: {}},
  {link: 'v=1&preset=kv-router-161', preset: 'kv-router-161', gives: {}},
  {link: 'v=1&preset=easy-throughput-161', preset: 'easy-throughput-161', gives: {}},
  {link: 'v=1&preset=tight-budget-161', preset: 'tight-budget-161', gives: {}},
  {link: 'v=1&preset=slow-start', preset: 'slow-start', gives: {}},
  {link: 'v=1&preset=tight-budget', preset: 'tight-budget', gives: {}},
  {link: 'v=1&preset=kv-router', preset: 'kv-router', gives: {}},
  {
    link: 'v=1&preset=guide-agg&engine.startup_time=60',
    preset: 'guide-agg',
    gives: {'fleet.workers.args.startup_time': 60},
  },
  {
    link: 'v=1&preset=guide-agg&trace=toolagent-5min&workers=3&engine.startup_time=17.5&planner.ttft=900',
    preset: 'guide-agg',
    gives: {
      'trace.id': 'toolagent-5min',
      'fleet.workers.initialWorkers': 3,
      'fleet.workers.args.startup_time': 17.5,
      'planner.ttft': 900,
    },
  },
  {
    link: 'v=1&preset=as-published&trace=toolagent-5min&speedup=4&run=1',
    preset: 'as-published',
    gives: {'trace.id': 'toolagent-5min', arrivalSpeedupRatio: 4},
    run: true,
    canonical: 'v=1&preset=as-published&trace=toolagent-5min&speedup=4',
  },
  {
    link: 'v=1&preset=disagg-typed&prefill-workers=2&decode-workers=4&prefill.startup_time=30&decode.num_gpu_blocks=8192',
    preset: 'disagg-typed',
    gives: {
      'fleet.prefill.initialWorkers': 2,
      'fleet.decode.initialWorkers': 4,
      'fleet.prefill.args.startup_time': 30,
      'fleet.decode.args.num_gpu_blocks': 8192,
    },
    canonical:
      'v=1&preset=disagg-typed&prefill-workers=2&prefill.startup_time=30&decode-workers=4&decode.num_gpu_blocks=8192',
  },
  {
    link: 'v=1&preset=as-published&planner=off&workers=3&router=kv_router&router.router_temperature=0.7&seed=11',
    preset: 'as-published',
    gives: {
      planner: null,
      'fleet.workers.initialWorkers': 3,
      routerMode: 'kv_router',
      'routerConfig.router_temperature': 0.7,
      seed: 11,
    },
    canonical:
      'v=1&preset=as-published&workers=3&router=kv_router&planner=off&seed=11&router.router_temperature=0.7',
  },
  {
    link:
      'v=1&synthetic.input_tokens=3000&synthetic.output_tokens=150&synthetic.request_count=200' +
      '&synthetic.arrival_interval_ms=180&synthetic.turns_per_session=3&synthetic.shared_prefix_ratio=0.5' +
      '&synthetic.num_prefix_groups=2&synthetic.inter_turn_delay_ms=700',
    preset: null,
    gives: {
      synthetic: {
        input_tokens: 3000,
        output_tokens: 150,
        request_count: 200,
        arrival_interval_ms: 180,
        turns_per_session: 3,
        shared_prefix_ratio: 0.5,
        num_prefix_groups: 2,
        inter_turn_delay_ms: 700,
      },
    },
    canonical:
      'v=1&synthetic.input_tokens=3000&synthetic.output_tokens=150&synthetic.request_count=200' +
      '&synthetic.arrival_interval_ms=180&synthetic.turns_per_session=3&synthetic.inter_turn_delay_ms=700' +
      '&synthetic.shared_prefix_ratio=0.5&synthetic.num_prefix_groups=2',
  },
  {
    link: 'v=1&workers=2&concurrency=16',
    preset: null,
    gives: {'fleet.workers.initialWorkers': 2, replayConcurrency: 16},
  },
  {
    link: `v=1&preset=guide-agg&file=my%20trace.jsonl&sha256=${'0123456789abcdef'.repeat(4)}&trace-start-s=10&trace-end-s=30`,
    preset: 'guide-agg',
    gives: {
      trace: {kind: 'file', name: 'my trace.jsonl', sha256: '0123456789abcdef'.repeat(4)},
      traceSelection: {startS: 10, endS: 30},
    },
  },
  {link: 'v=1&preset=guide-agg&view=library', preset: 'guide-agg', gives: {}, view: 'library'},
  {
    link: 'v=1&preset=as-published&view=sweep&sweep=cold-start',
    preset: 'as-published',
    gives: {},
    view: 'sweep',
    // A link that says nothing of repeats takes as many as are affordable.
    sweep: {first: {key: 'startup_time', values: '0:300:10'}, second: null, repeats: null},
  },
  {
    link: 'v=1&preset=guide-disagg&view=sweep&sweep=decode.startup_time:0:300:10&sweep=planner.ttft:500,1500&repeats=3',
    preset: 'guide-disagg',
    gives: {},
    view: 'sweep',
    sweep: {
      first: {key: 'decode.startup_time', values: '0:300:10'},
      second: {key: 'planner.ttft', values: '500,1500'},
      repeats: {of: 'phase', count: 3},
    },
  },
  {
    link: 'v=1&preset=as-published&view=sweep&sweep=cold-start&repeats=3-seeds',
    preset: 'as-published',
    gives: {},
    view: 'sweep',
    sweep: {first: {key: 'startup_time', values: '0:300:10'}, second: null, repeats: {of: 'seed', count: 3}},
  },
  {
    link: 'v=1&preset=guide-agg&planner-phase=2.5&trace-seed=7',
    preset: 'guide-agg',
    gives: {traceSeed: 7, plannerPhaseShiftS: 2.5},
  },
  {
    link: 'v=1&preset=guide-agg&view=compare&compare=preset%3Dguide-agg&compare=preset%3Dguide-disagg%26decode-workers%3D2',
    preset: 'guide-agg',
    gives: {},
    view: 'compare',
    compared: ['preset=guide-agg', 'preset=guide-disagg&decode-workers=2'],
  },
]
