import type {Release} from '../../src/config/release.ts'
import type {MeasuredBand, MeasuredRelease, RatioBand} from '../../src/report/honesty/measured.ts'
import {isComparable, type MeasuredPoint, type SimulatedPoint} from './measured.ts'

/** A measurement with the replay of it. */
interface Pair {
  readonly measured: MeasuredPoint
  readonly simulated: SimulatedPoint
}

const RELEASES: readonly Release[] = ['1.2.1', '1.6.1']
/** Fewer points than this are no band. */
const LEAST_POINTS = 10

/** What the page shows of all points, per release. */
export function computeBands(
  measured: readonly MeasuredPoint[],
  simulated: readonly SimulatedPoint[],
): {readonly command: string; readonly releases: readonly MeasuredRelease[]} {
  const byId = new Map(measured.map(point => [point.id, point]))
  const pairs = simulated.flatMap(one => {
    const point = byId.get(one.id)
    return point === undefined || one.refused !== '' || !isComparable(point)
      ? []
      : [{measured: point, simulated: one}]
  })
  const releases = RELEASES.map(release =>
    releaseOf(
      release,
      pairs.filter(pair => pair.simulated.release === release),
    ),
  )
  return {command: 'node tools/measured/compare.mjs', releases}
}

function releaseOf(release: Release, all: readonly Pair[]): MeasuredRelease {
  const full = all.filter(({simulated}) => simulated.preemptions > 0)
  const usual = all.filter(({simulated}) => simulated.preemptions === 0)
  const names = [...new Set(usual.map(({measured}) => `${measured.system} ${measured.backend}`))].sort()
  const pairs = names.flatMap(name => {
    const own = usual.filter(({measured}) => `${measured.system} ${measured.backend}` === name)
    return own.length < LEAST_POINTS ? [] : [bandOf(own)]
  })
  const kvFull = full.length === 0 ? null : {points: full.length, e2e: ratios(full, E2E)}
  return {release, pairs, kvFull, order: orderOf(usual)}
}

function bandOf(pairs: readonly Pair[]): MeasuredBand {
  const {system, backend} = pairs[0]!.measured
  const models = [...new Set(pairs.map(({measured}) => measured.model_simulated))].sort()
  return {
    system,
    backend,
    points: pairs.length,
    models,
    itl: ratios(pairs, ITL),
    ttft: ratios(pairs, TTFT),
    e2e: ratios(pairs, E2E),
  }
}

/** Measured ÷ simulated of one figure; null where the point does not have it. */
type Figure = (pair: Pair) => number | null

const ITL: Figure = ({measured, simulated}) => ratio(measured.measured_tpot_ms, simulated.tpotMs)
const TTFT: Figure = ({measured, simulated}) => ratio(measured.measured_ttft_ms, simulated.ttftMs)
const E2E: Figure = ({measured, simulated}) => ratio(measured.measured_e2e_ms, simulated.e2eMs)

function ratio(measured: string, simulated: number | null): number | null {
  return measured === '' || simulated === null ? null : Number(measured) / simulated
}

function ratios(pairs: readonly Pair[], figure: Figure): RatioBand {
  const values = pairs
    .map(figure)
    .filter(value => value !== null)
    .sort((a, b) => a - b)
  return [quantile(values, 0.1), quantile(values, 0.5), quantile(values, 0.9)]
}

/** Between the two nearest values, to four digits. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)]!
  const high = sorted[Math.ceil(at)]!
  return Number((low + (high - low) * (at - Math.floor(at))).toPrecision(4))
}

/** Points of one model, load and backend on other GPUs or other TP sizes: does the replay order them as the engines do? */
function orderOf(pairs: readonly Pair[]): MeasuredRelease['order'] {
  let compared = 0
  let right = 0
  for (const [index, a] of pairs.entries()) {
    for (const b of pairs.slice(index + 1)) {
      if (loadOf(a) !== loadOf(b)) continue
      const real = Number(a.measured.measured_tpot_ms) / Number(b.measured.measured_tpot_ms)
      if (Math.max(real, 1 / real) < 1.15) continue
      compared++
      if (real > 1 === a.simulated.tpotMs! > b.simulated.tpotMs!) right++
    }
  }
  return {pairs: compared, rightShare: compared === 0 ? 0 : Number((right / compared).toPrecision(4))}
}

function loadOf({measured}: Pair): string {
  const {model_simulated, backend, isl, osl, concurrency} = measured
  return [model_simulated, backend, isl, osl, concurrency].join(' ')
}

/** The bands as a table in Markdown. */
export function tableOf({releases}: {readonly releases: readonly MeasuredRelease[]}): string {
  const head = [
    '| release | GPU | backend | points | ITL | TTFT | end to end |',
    '| --- | --- | --- | --: | --- | --- | --- |',
  ]
  const band = (values: RatioBand) => values.map(value => value.toFixed(2)).join(' - ')
  const rows = releases.flatMap(({release, pairs, kvFull}) => [
    ...pairs.map(
      ({system, backend, points, itl, ttft, e2e}) =>
        `| ${release} | ${system} | ${backend} | ${points} | ${band(itl)} | ${band(ttft)} | ${band(e2e)} |`,
    ),
    ...(kvFull === null
      ? []
      : [`| ${release} | all, KV cache full | | ${kvFull.points} | | | ${band(kvFull.e2e)} |`]),
  ])
  const order = releases.map(
    ({release, order: {pairs, rightShare}}) =>
      `Order under ${release}: ${(rightShare * 100).toFixed(1)} % of ${pairs} pairs of points that differ in GPU or TP, and by 15 % or more in ITL, stand in the right order.`,
  )
  return `${[...head, ...rows, '', ...order].join('\n')}\n`
}
