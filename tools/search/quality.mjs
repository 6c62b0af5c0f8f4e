// What a search finds against the true optimum of spaces run completely, and at what cost:
//   node tools/search/quality.mjs toolagent-5min|toolagent-hour [FOLDER]
// Runs are kept in FOLDER, so that a second call compares without running anything.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bundleAndImport} from '../bundle.mjs'

const [traceId = 'toolagent-5min', folder = join('node_modules', '.cache', `search-${traceId}`)] =
  process.argv.slice(2)
const {findPreset} = await bundleAndImport('src/config/presets.ts')
const {Candidates} = await bundleAndImport('src/search/candidates.ts')
const {standingOf, wholeRuns} = await bundleAndImport('src/search/evaluation.ts')
const {recommend} = await bundleAndImport('src/search/answer/recommendation.ts')
const {runSearch} = await bundleAndImport('src/search/run-search.ts')
const {Search} = await bundleAndImport('src/search/search.ts')
const {parseSpace} = await bundleAndImport('src/search/space.ts')
const {findWindows} = await bundleAndImport('src/search/windows.ts')
const {prepareRun, simulatePrepared} = await bundleAndImport('src/run/prepare-run.ts')
const {createTimingLoader} = await bundleAndImport('src/cli/timing-loader.ts')
const {computeFigures} = await bundleAndImport('src/sweep/points.ts')
const {pointKey} = await bundleAndImport('src/sweep/point-key.ts')
const {parseTrace} = await bundleAndImport('src/trace/formats/parse-trace.ts')
const {toWorkload} = await bundleAndImport('src/trace/parsed-trace.ts')
const {binArrivals} = await bundleAndImport('src/trace/arrival-histogram.ts')

const PHASES = 5
const SEEDS = [0, 1, 2]
const SPACES = {
  'toolagent-5min': [
    {
      objective: {ttftMs: 1500, itlMs: 50, share: 0.9},
      given: {
        'planner.min_endpoint': [1, 2, 3, 4, 5],
        'planner.ttft': [500, 1000, 1500, 2000],
        'planner.load_adjustment_interval': [5, 10, 20],
      },
    },
    {
      objective: {ttftMs: 1500, itlMs: 50, share: 0.95},
      given: {
        'planner.min_endpoint': [1, 2, 3, 4, 5, 6],
        'planner.load_scaling_down_sensitivity': [50, 80, 95],
        num_workers: [1, 2, 4],
      },
    },
  ],
  'toolagent-hour': [
    {
      objective: {ttftMs: 3000, itlMs: 60, share: 0.9},
      given: {
        'planner.min_endpoint': [1, 2, 3, 4, 5, 6],
        'planner.ttft': [500, 1500],
        'planner.load_adjustment_interval': [5, 20],
      },
    },
  ],
}

const path = join('static-traces', `${traceId}.jsonl.gz`)
const parsed = unwrapped(parseTrace(readFileSync(path), path))
const preset = findPreset('as-published').scenario
const base = {...preset, trace: {kind: 'file', name: `${traceId}.jsonl.gz`, sha256: traceId}}
mkdirSync(folder, {recursive: true})
const ports = {
  loadTraffic: async ({traceBlockSize, arrivalSpeedupRatio, traceSelection}) => {
    const selection = traceSelection === undefined ? {} : {traceSelection}
    const workload = toWorkload(parsed, {traceBlockSize, arrivalSpeedupRatio, ...selection})
    return {
      ok: true,
      value: {workload: unwrapped(workload), name: traceId, sha256: '', fileBytes: 0, notices: []},
    }
  },
  timing: createTimingLoader(),
  memory: {bytes: 2 ** 32, of: 'this machine'},
  nowMs: () => 0,
}

console.log(
  '| trace | space | complete runs | optimum, GPU-hours paid for | seed | found | over the optimum | runs, whole + parts | of the complete |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
for (const {objective, given} of SPACES[traceId]) {
  const space = unwrapped(parseSpace(given))
  const candidates = new Candidates(space, base, objective)
  const results = new Map()
  let optimum = Number.POSITIVE_INFINITY
  for (const candidate of candidates.list(0)) {
    const scenario = candidates.scenarioOf(candidate)
    if (!scenario.ok) continue
    const runs = wholeRuns({id: candidate.id, scenario: scenario.value}, {phases: PHASES})
    for (const run of runs) results.set(run.id, await replay(run.scenario))
    const standing = standingOf(runs, results, {share: objective.share, costOf: paidHours})
    if (!standing.isLost) optimum = Math.min(optimum, standing.cost)
  }
  for (const seed of SEEDS) {
    const search = new Search({
      ...{base, objective, space, seed, budget: results.size, phases: PHASES, prices: {}},
      windows: findWindows(base, arrivals()),
    })
    const end = await runSearch(search, async (evaluations, settle) => {
      for (const {id, scenario} of evaluations) settle(id, await replay(scenario))
    })
    const {best, evaluations} = recommend(search, end.results, end.reason)
    const hours = best?.billedGpuHours ?? Number.NaN
    const cells = [
      ...[traceId, Object.keys(given).join(', '), results.size, optimum.toFixed(4), seed, hours.toFixed(4)],
      `${(100 * (hours / optimum - 1)).toFixed(2)} %`,
      `${evaluations.full} + ${evaluations.partial}`,
      `${((100 * evaluations.weight) / results.size).toFixed(0)} %`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

/** By what a search compares: what is paid for, not what a planner counts. */
function paidHours(_scenario, {billed_gpu_hours}) {
  return billed_gpu_hours
}

function arrivals() {
  const workload = unwrapped(
    toWorkload(parsed, {traceBlockSize: base.traceBlockSize, arrivalSpeedupRatio: 1}),
  )
  const last = workload.releaseOrder[workload.releaseOrder.length - 1]
  return binArrivals(workload, workload.arrivalMs[last] / 1000)
}

async function replay(scenario) {
  const key = pointKey({scenario, traceSha256: traceId, profileSha256: null})
  const file = join(folder, `${key.slice(0, 20)}.json`)
  if (existsSync(file)) return {ok: true, value: JSON.parse(readFileSync(file, 'utf8'))}
  const steps = simulatePrepared(unwrapped(await prepareRun(scenario, ports)))
  for (;;) {
    const step = steps.next()
    if (!step.done) continue
    const figures = computeFigures(step.value)
    writeFileSync(file, JSON.stringify(figures))
    return {ok: true, value: figures}
  }
}

function unwrapped(result) {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
