/**
 * What does not depend on the machine: what one run costs against another of the same call. `wide` sets the same requests on
 * 320 instances against 8, and with round robin as many on each of 1,000, `deep` a planner, a release, a GPU's timing and a sweep's point against the plain run, `long` four times
 * the requests against as many as are no more kept. Compared with `bench-ratios.json`.
 */
import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gunzipSync} from 'node:zlib'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const BASELINE = join(root, 'tools', 'bench-ratios.json')
const PART = join(root, 'static-traces', 'toolagent-5min.jsonl.gz')
/** Requests of the part that are taken, and how often for each instance: about one request a second on each. */
const TAKEN = 320
const PER_INSTANCE = 0.5
const NARROW = 8
const WIDE = 320
/** Once more, of one kind: three times the requests of the others, so it runs this often at the most. */
const WIDEST = 1000
const WIDEST_RUNS = 3
/** A ratio this much above the baseline's is marked: medians of a noisy machine differ by half as much. */
const WORSE = 1.2

/** The same requests for `instances` at once, and one after the other until there are as many as of the wide. */
function writeTrace(path, instances) {
  const lines = gunzipSync(readFileSync(PART))
    .toString()
    .split('\n')
    .slice(0, TAKEN)
    .map(line => JSON.parse(line))
  const ids = 1 + Math.max(...lines.map(({hash_ids}) => Math.max(...hash_ids)))
  const spanMs = Math.max(...lines.map(({timestamp}) => timestamp)) + 3000
  const copies = instances * PER_INSTANCE
  const out = []
  for (let time = 0; time < Math.max(WIDE / instances, 1); time++) {
    for (const line of lines) {
      for (let copy = 0; copy < copies; copy++) {
        const shiftId = ids * (copy + copies * time)
        out.push({
          ...line,
          timestamp: time * spanMs + line.timestamp + Math.floor((3000 * copy) / copies),
          hash_ids: line.hash_ids.map(id => id + shiftId),
        })
      }
    }
  }
  out.sort((a, b) => a.timestamp - b.timestamp)
  writeFileSync(path, `${out.map(line => JSON.stringify(line)).join('\n')}\n`)
  return path
}

const engine16 = worker_type => JSON.stringify({engine: {worker_type, timing_model: {type: 'polynomial'}}})

/** Flags of a fleet of `count` instances by kind; a planner that finds everything in order scales nothing. */
const WIDE_FLEETS = {
  'round robin': count => ['--num-workers', `${count}`],
  'KV router': count => ['--num-workers', `${count}`, '--router-mode', 'kv_router'],
  disagg: count => ['--num-prefill-workers', `${count / 2}`, '--num-decode-workers', `${count / 2}`],
  planner: (count, release) => [
    '--num-workers',
    `${count}`,
    '--planner-config',
    JSON.stringify(lazyPlanner(count, release)),
  ],
}

function lazyPlanner(count, release) {
  const shared = {
    mode: 'agg',
    optimization_target: 'sla',
    enable_load_scaling: true,
    enable_throughput_scaling: false,
    min_endpoint: count,
    max_gpu_budget: count,
    prefill_engine_num_gpu: 1,
    decode_engine_num_gpu: 1,
    report_interval_hours: null,
    live_dashboard_port: 0,
  }
  if (release === '1.2.1') return {...shared, ttft: 1500, itl: 50, load_adjustment_interval: 10}
  return {
    ...shared,
    ttft_ms: 1500,
    itl_ms: 50,
    load_adjustment_interval_seconds: 10,
    scheduling: {tick_max_duration_seconds: 1e9},
  }
}

function fleetFlags(kind, count, release) {
  const flags = WIDE_FLEETS[kind](count, release)
  const isDisagg = kind === 'disagg'
  if (release === '1.6.1') {
    const engines = isDisagg
      ? ['--prefill-engine-args', engine16('prefill'), '--decode-engine-args', engine16('decode')]
      : ['--extra-engine-args', engine16('aggregated')]
    return ['--dynamo', release, ...flags, ...engines]
  }
  return isDisagg
    ? [
        ...flags,
        '--prefill-engine-args',
        '{"worker_type": "prefill"}',
        '--decode-engine-args',
        '{"worker_type": "decode"}',
      ]
    : flags
}

/** @param measure ({trace, args, mostRuns?}) → medians over the runs: cpuS, requests */
export function benchWide({scratch, measure}) {
  const narrow = writeTrace(join(scratch, 'narrow.jsonl'), NARROW)
  const wide = writeTrace(join(scratch, 'wide.jsonl'), WIDE)
  const widest = writeTrace(join(scratch, 'widest.jsonl'), WIDEST)
  const ratios = {}
  for (const release of ['1.2.1', '1.6.1']) {
    for (const kind of Object.keys(WIDE_FLEETS)) {
      const costOf = (trace, count, mostRuns) => {
        const {cpuS, requests} = measure({trace, args: fleetFlags(kind, count, release), mostRuns})
        return cpuS / requests
      }
      const narrowCost = costOf(narrow, NARROW)
      ratios[`wide, ${kind}, ${release}`] = costOf(wide, WIDE) / narrowCost
      if (kind === 'round robin')
        ratios[`wide, 1,000 instances, ${release}`] = costOf(widest, WIDEST, WIDEST_RUNS) / narrowCost
    }
  }
  return ratios
}

/** @param results of the cases of one hour, by name */
export function deepRatios(results) {
  const cpuOf = name => results.find(result => result.name === name)?.ours.cpuS
  const pairs = [
    ['deep, planner against 8 workers', 'hour 1×, planner', 'hour 1×, 8 workers'],
    ['deep, planner, 1.6.1 against 1.2.1', 'hour 1×, planner, 1.6.1', 'hour 1×, planner'],
    ['deep, 8 workers, 1.6.1 against 1.2.1', 'hour 1×, 8 workers, 1.6.1', 'hour 1×, 8 workers'],
    ['deep, 8 workers, GPU timing', 'hour 1×, 8 workers, GPU timing', 'hour 1×, 8 workers'],
  ]
  return Object.fromEntries(
    pairs.map(([name, a, b]) => [name, cpuOf(a) / cpuOf(b)]).filter(([, ratio]) => Number.isFinite(ratio)),
  )
}

/** Start-up times of sweeps, each of which goes on where the one before ends: what they differ by are points of a warm process. */
const START_UPS = [60, 0, 30, 90, 120, 150, 10, 20, 40, 50, 70, 80, 100, 110, 130, 140]
const [ONE_POINT, SIX_POINTS, ALL_POINTS] = [1, 6, START_UPS.length]

/**
 * What another point of a sweep costs a process that has run one, and one that has run six and compiles hardly anything any more,
 * against a process of its own for it, and what points and the whole cost with a GPU's timing against the polynomial one: the same traffic, on which a planner then decides otherwise.
 * @param measureSweep ({trace, args, timing, vary}) → medians over the runs: cpuS
 * @param sweepWhole ({trace, args, timing}) → medians over the runs of a whole sweep: cpuS, wallS, and the busy share of its workers
 * @param gpu args and timing of the same with a GPU's
 */
export function benchSweep({measure, measureSweep, sweepWhole, trace, args, gpu}) {
  const pointsOf = each => {
    const costOf = count =>
      measureSweep({...each, trace, vary: `startup_time=${START_UPS.slice(0, count)}`}).cpuS
    const [one, six, all] = [costOf(ONE_POINT), costOf(SIX_POINTS), costOf(ALL_POINTS)]
    return {early: (six - one) / (SIX_POINTS - ONE_POINT), later: (all - six) / (ALL_POINTS - SIX_POINTS)}
  }
  const [point, gpuPoint] = [pointsOf({args}), pointsOf(gpu)]
  const inSeconds = ({early, later}) =>
    `${early.toFixed(2)} of the second to sixth, ${later.toFixed(2)} later`
  console.log(
    `\nCPU s of a warm sweep point: ${inSeconds(point)}; with a GPU's timing ${inSeconds(gpuPoint)}`,
  )
  const [whole, gpuWhole] = [sweepWhole({trace, args}), sweepWhole({...gpu, trace})]
  const own = measure({trace, args}).cpuS
  console.log(`Cold-start sweep: ${inWords(whole)}\nWith a GPU's timing: ${inWords(gpuWhole)}`)
  return {
    'deep, warm sweep point': point.early / own,
    'deep, warm sweep point, from the seventh': point.later / own,
    'deep, warm sweep point, GPU timing': gpuPoint.early / point.early,
    'deep, warm sweep point, from the seventh, GPU timing': gpuPoint.later / point.later,
    'deep, sweep, GPU timing': gpuWhole.cpuS / whole.cpuS,
    'many, time per busy time': 1 / whole.busyShare,
  }
}

function inWords({wallS, cpuS, busyShare}) {
  const busy = (busyShare * 100).toFixed(1)
  return `${wallS.toFixed(1)} s, CPU ${cpuS.toFixed(1)} s, workers busy ${busy} %`
}

/** More requests than a run keeps; a few tokens each, since what does not fit is what there is per request. */
const NOT_KEPT = 1_100_000
const TIMES = 4

function longFlags(requests) {
  const lengths = ['--input-tokens', '64', '--output-tokens', '4', '--request-count', `${requests}`]
  return [...lengths, '--arrival-interval-ms', '10', '--num-workers', '8', '--extra-engine-args', '{}']
}

export function benchLong({measure}) {
  const [few, many] = [NOT_KEPT, TIMES * NOT_KEPT].map(count =>
    measure({trace: null, args: longFlags(count)}),
  )
  console.log(
    `\nPeak MB of ${few.requests} and ${many.requests} requests: ${few.peakMb.toFixed(0)}, ${many.peakMb.toFixed(0)}`,
  )
  return {
    'long, CPU per request': many.cpuS / many.requests / (few.cpuS / few.requests),
    'long, most memory': many.peakMb / few.peakMb,
  }
}

/** Prints each ratio beside the baseline's; @returns those that are clearly worse. */
export function compareRatios(ratios) {
  const {ratios: baseline} = JSON.parse(readFileSync(BASELINE, 'utf8'))
  const worse = []
  console.log('\nOne run against another                 now   baseline')
  for (const [name, ratio] of Object.entries(ratios)) {
    const known = baseline[name]
    const isWorse = known !== undefined && ratio > known * WORSE
    if (isWorse) worse.push(name)
    const cells = [name.padEnd(36), ratio.toFixed(2).padStart(7), (known?.toFixed(2) ?? '-').padStart(10)]
    console.log(`${cells.join(' ')}${isWorse ? '   worse' : ''}`)
  }
  return worse
}
