import {readdirSync, readFileSync} from 'node:fs'
import {plannerConfigWith} from '../../src/config/presets.ts'
import type {PlannerConfig} from '../../src/config/scenario.ts'
import {answerPerfPoints} from '../../src/perf/aic/perf-points.ts'
import {createPredictor} from '../../src/policies/dynamo/predictors/create.ts'
import {dynamoTicksOf} from '../../src/report/dynamo-ticks.ts'
import type {RunResult} from '../../src/run/run.ts'
import {BUNDLED_TRACES} from '../../src/trace/generators/bundled-traces.ts'
import type {
  Compared,
  HourParity,
  HourPoint,
  Parity,
  PredictorParity,
  ReplayParity,
  TableParity,
} from '../../src/ui/panels/guide/parity.ts'
import {type PointFile, pointSources} from '../golden/perf012/fixtures.ts'
import {type GoldenFile, readGolden, runGolden} from './golden.ts'
import {KNOWN_DIFFERENCES} from './known-differences.ts'
import {PROJECT} from './shared.ts'

/** Without start-up times all of the recorded sweep is run, which takes most of the time. */
export async function measureParity(
  startupTimes = hourPoints().map(point => point.startup_s),
): Promise<Parity> {
  return {
    command: 'node tools/golden/parity.mjs',
    reference: 'ai-dynamo 1.2.1',
    replay: await measureReplay(),
    hour: await measureHour(startupTimes),
    tables: await measureTables(),
    predictors: measurePredictors(),
    knownDifferences: KNOWN_DIFFERENCES,
  }
}

const GOLDEN = `${PROJECT}/test/golden/replay`

async function measureReplay(): Promise<ReplayParity> {
  const names = readdirSync(GOLDEN)
    .filter(name => name.endsWith('.json'))
    .sort()
  const tally = new Tally()
  let plannerCases = 0
  for (const name of names) {
    const golden = readGolden(`${GOLDEN}/${name}`)
    if (golden.planner !== undefined) plannerCases++
    tally.add(name.replace('.json', ''), golden, await runGolden(golden, `${PROJECT}/static-traces`))
  }
  return {cases: names.length, plannerCases, ...tally.result()}
}

/** Predicted from traffic by arima and the like, and what follows from it: compared more loosely by the golden tests. */
const PREDICTED = /^(predicted_|engine_rps_)/
/** The report's decisions: whole numbers and words, which must be the same. */
const DECIDED = /bound|active|reason/

class Tally {
  #ticks = 0
  #scalingEvents = 0
  readonly #report = new Differences()
  readonly #tick = new Differences()
  readonly #predicted = new Differences()
  readonly #otherwise: string[] = []

  add(name: string, golden: GoldenFile, {report, scaling}: RunResult): void {
    for (const [key, theirs] of Object.entries(golden.report))
      this.#report.add((report as unknown as Figures)[key], theirs)
    if (golden.planner === undefined) return
    this.#report.add(scaling?.gpuHours, golden.planner.gpu_hours)
    this.#same(`${name}: ticks`, scaling?.totalTicks, golden.planner.total_ticks)
    this.#same(`${name}: scaling events`, scaling?.scalingEvents.length, golden.planner.scaling_events.length)
    golden.planner.scaling_events.forEach((theirs, i) => {
      const {at_s, ...decision} = theirs
      const ours: Partial<typeof theirs> = scaling?.scalingEvents[i] ?? {}
      this.#scalingEvents++
      this.#tick.add(ours.at_s, at_s)
      for (const [key, value] of Object.entries(decision))
        this.#same(`${name}: ${key} of event ${i + 1}`, ours[key as keyof typeof decision], value)
    })
    golden.planner.ticks.forEach((theirs, i) => {
      this.#ticks++
      this.#addTick(`${name}: tick ${i + 1}`, theirs, (dynamoTicksOf(scaling)[i] ?? {}) as unknown as Fields)
    })
  }

  #addTick(where: string, theirs: Fields, ours: Fields): void {
    for (const [key, value] of Object.entries(theirs)) {
      if (typeof value === 'object' && value !== null)
        this.#addTick(`${where} ${key}`, value as Fields, (ours[key] ?? {}) as Fields)
      else if (typeof value !== 'number' || DECIDED.test(key)) this.#same(`${where} ${key}`, ours[key], value)
      else (PREDICTED.test(key) ? this.#predicted : this.#tick).add(ours[key], value)
    }
  }

  #same(what: string, ours: unknown, theirs: unknown): void {
    if (ours !== theirs) this.#otherwise.push(what)
  }

  result(): Compared {
    return {
      ticks: this.#ticks,
      scalingEvents: this.#scalingEvents,
      reportFigures: this.#report.count,
      tickFigures: this.#tick.count,
      predictions: this.#predicted.count,
      largestReportDifference: this.#report.largest,
      largestTickDifference: this.#tick.largest,
      largestPredictionDifference: this.#predicted.largest,
      otherwise: this.#otherwise,
    }
  }
}

type Fields = Readonly<Record<string, unknown>>
type Figures = Readonly<Record<string, number | undefined>>

/** The largest relative difference of many pairs; a figure of ours that is missing is infinitely far. */
class Differences {
  count = 0
  largest = 0

  add(ours: unknown, theirs: number): void {
    this.count++
    const distance = typeof ours === 'number' ? Math.abs(ours - theirs) : Number.POSITIVE_INFINITY
    if (distance !== 0) this.largest = Math.max(this.largest, distance / Math.abs(theirs))
  }
}

interface RecordedSweep {
  readonly points: readonly {
    readonly startup_time: number
    readonly scale_ups: number
    readonly scale_downs: number
    readonly total_ticks: number
    readonly gpu_hours: number
    readonly report: Readonly<Record<string, number>>
  }[]
}

const HOST_DEPENDENT = new Set(['wall_time_ms', 'processed_tokens_per_s', 'processed_output_tokens_per_s'])

/** The planner of tools/sweep/record-reference.mjs. */
const HOUR_PLANNER = {
  mode: 'agg',
  optimization_target: 'sla',
  ttft: 1500,
  itl: 50,
  enable_throughput_scaling: true,
  enable_load_scaling: true,
  throughput_adjustment_interval: 300,
  load_adjustment_interval: 10,
  prefill_engine_num_gpu: 1,
  decode_engine_num_gpu: 1,
}

async function measureHour(startupTimes: readonly number[]): Promise<HourParity> {
  const differences = new Differences()
  const points = recordedSweep().points.filter(({startup_time}) => startupTimes.includes(startup_time))
  for (const point of points) {
    const {report, scaling} = await runHourPoint(point.startup_time)
    for (const [key, theirs] of Object.entries(point.report))
      if (!HOST_DEPENDENT.has(key)) differences.add((report as unknown as Figures)[key], theirs)
    differences.add(scaling?.gpuHours, point.gpu_hours)
    differences.add(scaling?.totalTicks, point.total_ticks)
    const ups = scaling?.scalingEvents.filter(event => event.reason === 'scale_up').length ?? 0
    differences.add(ups, point.scale_ups)
    differences.add((scaling?.scalingEvents.length ?? 0) - ups, point.scale_downs)
  }
  return {points: hourPoints(), figures: differences.count, largestDifference: differences.largest}
}

function recordedSweep(): RecordedSweep {
  return JSON.parse(readFileSync(`${PROJECT}/tools/sweep/reference-hour.json`, 'utf8'))
}

/** What the reference printed, for the page. */
function hourPoints(): readonly HourPoint[] {
  return recordedSweep().points.map(({startup_time, scale_ups, scale_downs, gpu_hours, report}) => ({
    startup_s: startup_time,
    mean_ttft_ms: report.mean_ttft_ms!,
    p90_ttft_ms: report.p90_ttft_ms!,
    mean_itl_ms: report.mean_itl_ms!,
    gpu_hours,
    scale_ups,
    scale_downs,
  }))
}

function runHourPoint(startup_time: number): Promise<RunResult> {
  const {generator} = BUNDLED_TRACES.find(({id}) => id === 'toolagent-hour')!
  const engine = JSON.stringify(startup_time === 0 ? {} : {startup_time})
  const planner = JSON.stringify(HOUR_PLANNER)
  const argv = ['--planner-config', planner, '--num-workers', '2', '--extra-engine-args', engine]
  const golden: GoldenFile = {case: {trace: 'toolagent-hour', argv}, generator, report: {}}
  return runGolden(golden, `${PROJECT}/static-traces`)
}

const POINTS = `${PROJECT}/test/golden/perf012/points`

async function measureTables(): Promise<TableParity> {
  const differences = new Differences()
  const files = readdirSync(POINTS)
  for (const name of files) {
    const golden: PointFile = JSON.parse(readFileSync(`${POINTS}/${name}`, 'utf8'))
    const answered = await answerPerfPoints(golden, pointSources('1.2.1'))
    if (!answered.ok) throw new Error(answered.error.message)
    const ours = (answered.value as PointFile).points
    golden.points.forEach(({latency_ms}, i) => {
      if (latency_ms !== null) differences.add(ours[i]?.latency_ms, latency_ms)
    })
  }
  return {engines: files.length, points: differences.count, largestDifference: differences.largest}
}

interface RecordedSeries {
  readonly predictor: PlannerConfig['load_predictor']
  readonly log1p: boolean
  readonly series: readonly number[]
  readonly predictions: readonly number[]
}

function measurePredictors(): readonly PredictorParity[] {
  const path = `${PROJECT}/test/golden/planner/predictors.json`
  const {cases}: {cases: readonly RecordedSeries[]} = JSON.parse(readFileSync(path, 'utf8'))
  return [...new Set(cases.map(({predictor}) => predictor))].map(predictor => {
    const differences = new Differences()
    const own = cases.filter(each => each.predictor === predictor)
    for (const recorded of own) addSeries(differences, recorded)
    const {count, largest} = differences
    return {predictor, series: own.length, predictions: count, largestDifference: largest}
  })
}

function addSeries(differences: Differences, {predictor, log1p, series, predictions}: RecordedSeries): void {
  const config = plannerConfigWith('agg', {
    optimization_target: 'sla',
    load_predictor: predictor,
    load_predictor_log1p: log1p,
    prophet_window_size: 7,
    throughput_adjustment_interval: 180,
    enable_throughput_scaling: true,
  })
  const ours = createPredictor(config)
  series.forEach((value, i) => {
    ours.addDataPoint(value)
    differences.add(ours.predictNext(), predictions[i]!)
  })
}
