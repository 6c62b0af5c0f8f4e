import {PRESETS} from '../../../config/presets.ts'
import {PUBLISHED_POINTS, type PublishedPoint} from '../../../sweep/published.ts'
import type {PresetPage} from './preset-page.ts'
import {PRESET_PAGES_16} from './preset-pages-1.6.ts'
import {MORE_PRESET_PAGES} from './preset-pages-more.ts'

/** The link of a preset, as `NextStep` writes links. */
export function presetLink(id: string): string {
  return `preset=${id}`
}

const PUBLISHED = tellPublished(PUBLISHED_POINTS[0]!)

function tellPublished(point: PublishedPoint): string {
  return (
    `Published: TTFT mean ${Math.round(point.ttftMsMean)} ms, p90 ${Math.round(point.ttftMsP90)} ms; ` +
    `ITL ${point.itlMsMean.toFixed(1)} ms; ${point.gpuHours.toFixed(2)} GPU-hours; ${point.scaleUps} scale-ups.`
  )
}

const PAGES: readonly PresetPage[] = [
  {
    id: 'guide-agg',
    question:
      'Do two aggregated H200 instances and the planner of the guide keep an hour of agent traffic within TTFT 1,500 ms ' +
      'and ITL 50 ms, and at what cost?',
    look: [
      [
        'Headline: TTFT',
        'Hold the mean against p50. Far apart means that a part of the hour is lost, not all of it.',
      ],
      [
        'Honesty line',
        '“backlogged”: a queue formed that outlived its burst. Averages over such an hour say little.',
      ],
      [
        'Timelines: Replicas and Prefill queue',
        'The queue grows for ten minutes in front of a single instance.',
      ],
      [
        'Decision inspector at 5:49, then at any tick up to 16:02',
        'First a scale-down to one instance between two bursts; after it, ticks without an estimate.',
      ],
      [
        'TTFT of every request',
        'Who paid: requests that arrived while one instance served, and those queued behind them.',
      ],
    ],
    shows: [
      'One of five phases of the planner loses the hour, the reference’s own; the others do not fall into what follows. ' +
        'At 5:49 the fleet is idle for a moment and the planner goes from two instances to one. The next bursts fill its KV ' +
        'cache. Every pass then looks the same, the regression through them comes out with a negative slope, is rejected, ' +
        'and without an estimate the load decision is “no_change” for nearly ten minutes. Throughput scaling, which could ' +
        'have raised the lower bound, uses the same regression and answers “model_not_ready” at 5, 10 and 15 min.',
      'At 16:12 one fit is accepted and the planner scales up to four. The backlog stays where it is: queued requests are ' +
        'not moved to the new instances, so the first one works it off until about 45 min. Meanwhile the new ones are within ' +
        'target, and the planner adds none, because it scales up only if every instance is over.',
    ],
    next: [
      {
        link: 'preset=guide-agg&planner.min_endpoint=3',
        text: 'Never fewer than three instances: all five phases then agree, and many more requests are in time. What was lost was lost at one instance.',
        isMeasured: true,
      },
      {
        link: 'preset=guide-agg&planner.load_scaling_down_sensitivity=50',
        text: 'A more reluctant scale-down.',
        isMeasured: true,
      },
      {
        link: 'preset=as-published',
        text: 'The same with the timing of the published results: no overload, so no blindness.',
      },
      {
        link: 'view=compare&compare=preset%3Dguide-agg&compare=preset%3Ddisagg-typed',
        text: 'Compare with a disaggregated fleet of the same size, request by request.',
      },
      {
        link: 'preset=guide-agg&view=sweep&sweep=frontier',
        text: 'Fixed fleets of 1 to 12 against the planner.',
      },
    ],
    caveats: [
      'ai-dynamo has no counterpart of this run: its planner runs do not use the GPU tables. The planner’s rules are its own.',
      'New instances serve at once here (startup_time is unset), which flatters the planner.',
      'num_gpu_blocks is the reference’s default, about a million tokens, not what an H200 has left beside the model.',
    ],
  },
  {
    id: 'two-at-least',
    question:
      'The planner keeps two instances at least. Is that enough to keep an hour of agent traffic within TTFT 1,500 ms and ' +
      'ITL 50 ms, and what would be?',
    look: [
      [
        'Verdict: of 5 planner phases',
        'Nobody chooses when within its interval the planner looks. What holds in all five is no accident.',
      ],
      [
        'What happened',
        'Each sentence leads to its stretch of the hour and to the decision that held there.',
      ],
      ['Tried', 'What would have helped was replayed five times before it was said.'],
    ],
    shows: [
      'Traffic comes in bursts every three seconds. Between two of them the fleet looks idle, and load scaling gives an ' +
        'instance back; the next burst finds too few, and its requests wait behind one another. No phase of the planner keeps ' +
        'the objective, and all five miss it about alike.',
      'A higher floor does what no target does: it keeps the instances that the next burst will need.',
    ],
    next: [
      {
        link: 'preset=guide-agg',
        text: 'The guide’s own, without a floor: at one phase of five it loses most of the hour.',
      },
      {
        link: 'preset=two-at-least&planner.min_endpoint=3',
        text: 'Three at least.',
      },
      {
        link: 'preset=two-at-least&view=sweep&sweep=frontier',
        text: 'Fixed fleets of 1 to 12 against the planner.',
      },
    ],
    caveats: [
      'ai-dynamo has no counterpart of this run: its planner runs do not use the GPU tables. The planner’s rules are its own.',
      'New instances serve at once here (startup_time is unset), which flatters the planner.',
    ],
  },
  {
    id: 'guide-disagg',
    question:
      'What does the guide’s disaggregated command buy over the aggregated one, and what does it cost?',
    look: [
      ['Headline: ITL, then GPU-hours', 'ITL is what disaggregation is for; GPU-hours are its price.'],
      [
        'Timelines: Replicas, prefill and decode',
        'The decode pool does the scaling, up to 7, and takes the prefill pool down to 1.',
      ],
      [
        'Throughput scaling decisions',
        'The lower bound of the decode pool: 62 replicas at 5 min, 8 at 20 min, 125 at 30 min.',
      ],
      ['Notes on the scenario', 'Both pools are marked as not typed: each computes every prompt.'],
    ],
    shows: [
      'Neither pool’s engine args name a worker type, as in the guide, so decode instances prefill every prompt a second ' +
        'time. Decode passes are long because of it, and the planner concludes that decode is short of capacity.',
      'At two ticks the model says that even one request alone misses the ITL target. The capacity of an instance is then ' +
        'that of batch size 1, and the lower bound jumps to dozens of replicas. max_gpu_budget (8 for both pools together) ' +
        'cuts it to 7 decode and 1 prefill, which costs GPU-hours and leaves prefill short: TTFT is worst from 20 to 25 min.',
    ],
    next: [
      {
        link: 'preset=disagg-typed',
        text: 'The same with worker types: half the GPU-hours, lower latencies, more requests within target.',
      },
      {
        link: 'preset=guide-disagg&planner.enable_throughput_scaling=false',
        text: 'Load scaling alone: without the bounds the fleet loses the hour altogether.',
        isMeasured: true,
      },
      {
        link: 'view=compare&compare=preset%3Dguide-agg&compare=preset%3Dguide-disagg',
        text: 'Compare agg and disagg, the experiment of the guide.',
      },
    ],
    caveats: [
      'No KV transfer time is counted: set kv_bytes_per_token and kv_transfer_bandwidth on the prefill pool to count it.',
      'A prefill decision names both pools’ counts and can take back a decode instance that is still starting, and vice versa.',
    ],
  },
  {
    id: 'disagg-typed',
    question: 'What is disaggregation worth once each pool does only its own work?',
    look: [
      ['Headline', 'Attainment, ITL and GPU-hours against the guide’s two fleets.'],
      [
        'Timelines: Replicas, decode',
        'One instance throughout: without prompts to compute, decode is never short.',
      ],
      ['Timelines: Prefill queue', 'Bursts are taken up by one or two more prefill instances.'],
      [
        'Load scaling decisions',
        'Load scaling wants to go down and may not: the estimates refuse it, or the lower bound of 2 holds.',
      ],
    ],
    shows: [
      'The prefill pool moves between 1 and 3, decode stays at 1. Against the untyped fleet this costs half the GPU-hours ' +
        'and attains more. TTFT still misses its target in the mean, because bursts queue for the ten seconds until a decision.',
    ],
    next: [
      {
        link: 'preset=disagg-typed&prefill.startup_time=60&decode.startup_time=60',
        text: 'A minute to start: how much of the gain needs instances at once?',
        isMeasured: true,
      },
      {
        link: 'preset=disagg-typed&prefill.kv_bytes_per_token=65536&prefill.kv_transfer_bandwidth=64',
        text: 'Count the KV transfer: 64 KiB a token (an 8B model with FP8 KV cache) at 64 GB/s.',
      },
      {
        link: 'view=compare&compare=preset%3Dguide-disagg&compare=preset%3Ddisagg-typed',
        text: 'Compare with the guide’s command.',
      },
    ],
    caveats: [
      'Prompts still pass through the decode pool’s token budget in chunks, at no cost of time, as in the reference.',
      'A single decode instance for an hour is a small sample of what decode scaling does.',
    ],
  },
  {
    id: 'as-published',
    question: 'Does this reproduce the published aggregated run?',
    look: [
      ['Headline', PUBLISHED],
      ['Timelines: Replicas', 'A saw, all hour: up on a burst, down after it.'],
      [
        'Decision inspector at a scale-down',
        'What it had seen in the ten seconds before: between two bursts, hardly anything.',
      ],
      ['TTFT estimated', 'What the planner believed, against what was observed.'],
    ],
    shows: [
      'The figures lie close to the published ones although the trace is not the published one: the bundled hour imitates ' +
        'it. On the bundled hour itself, and without GPU tables to start from, ours and the reference’s figures are equal.',
      'The planner oscillates between one and three instances, at times four, around a demand of about two. It costs little here because ' +
        'instances start at once.',
    ],
    next: [
      {
        link: 'preset=as-published&engine.startup_time=60',
        text: 'The same with a minute of start-up: the oscillation begins to cost.',
        isMeasured: true,
      },
      {
        link: 'preset=as-published&view=sweep&sweep=cold-start',
        text: 'The whole cold-start sweep, with the published points over it.',
      },
      {link: 'preset=guide-agg', text: 'The same fleet with the pass times of an H200.'},
    ],
    caveats: [
      'Pass times are the curve built into ai-dynamo 1.2.1, equal for every GPU and model. Do not size a fleet with them.',
      'The GPU that is named still primes the planner’s regression, so its first estimates mix two timings.',
    ],
  },
  {
    id: 'as-published-disagg',
    question: 'What does the guide’s disaggregated command do with the timing the reference uses?',
    look: [
      ['Headline: ITL', 'Lower than in “As published: aggregated”: the effect the guide shows.'],
      [
        'Headline: GPU-hours',
        'About two and a half times the aggregated run’s: the price, most of it avoidable.',
      ],
      [
        'Timelines: Replicas, decode',
        'Most of the last third of the hour: 7 decode instances and a single prefill instance.',
      ],
      ['Throughput scaling decisions', 'The decode bound at 40, 50 and 55 min: 97, 17 and 87 replicas.'],
    ],
    shows: [
      'As in the untyped fleet with GPU tables, the bound of the decode pool explodes when the model puts a single request ' +
        'over the ITL target. The budget turns that into 7 + 1, and the starved prefill pool makes TTFT p90 worse than the ' +
        'aggregated run’s.',
    ],
    next: [
      {
        link: 'preset=disagg-typed&timing=polynomial',
        text: 'With worker types: the TTFT of the aggregated run, the ITL of this one, and little more than half its GPU-hours.',
        isMeasured: true,
      },
      {
        link: 'preset=as-published-disagg&planner.enable_throughput_scaling=false',
        text: 'Without throughput scaling, hence without bounds.',
        isMeasured: true,
      },
      {
        link: 'view=compare&compare=preset%3Das-published&compare=preset%3Das-published-disagg',
        text: 'Compare the two published fleets.',
      },
    ],
    caveats: ['Pass times are the built-in curve. No KV transfer time is counted.'],
  },
  ...MORE_PRESET_PAGES,
  ...PRESET_PAGES_16,
]

export function findPresetPage(id: string): PresetPage | null {
  return PAGES.find(page => page.id === id) ?? null
}

/** Scenarios whose figures the guide shows: every preset, then the changes marked as measured. */
export function measuredLinks(): readonly string[] {
  const steps = PAGES.flatMap(page => page.next).filter(step => step.isMeasured === true)
  return [...PRESETS.map(({id}) => presetLink(id)), ...steps.map(step => step.link)]
}
