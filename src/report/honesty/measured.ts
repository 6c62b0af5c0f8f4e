import {farTableOf} from '../../config/checks/far-tables.ts'
import {FIRST_RELEASE, type Release} from '../../config/release.ts'
import {type EngineArgs, poolsOf, type Scenario} from '../../config/scenario.ts'
import bands from './measured-bands.json' with {type: 'json'}

/** Measured ÷ simulated: a tenth of the points is below the first, half below the second, nine tenths below the third. */
export type RatioBand = readonly [p10: number, median: number, p90: number]

/** How real engines of one GPU and backend compared with a replay of the same benchmark. */
export interface MeasuredBand {
  /** As the engine args name them: `h200_sxm`, `vllm`. */
  readonly system: string
  readonly backend: string
  readonly points: number
  /** Models that were measured, by name. */
  readonly models: readonly string[]
  readonly itl: RatioBand
  readonly ttft: RatioBand
  readonly e2e: RatioBand
}

/** What public measurements say of the replays of one release; `docs/reference/measured.md` tells how it was found. */
export interface MeasuredRelease {
  readonly release: Release
  readonly pairs: readonly MeasuredBand[]
  /** Points during which the KV cache was full; null = none. End-to-end latency alone tells something there. */
  readonly kvFull: {readonly points: number; readonly e2e: RatioBand} | null
  /** Of pairs of points that differ in GPU or TP and by 15 % or more in ITL: the share put in the right order. */
  readonly order: {readonly pairs: number; readonly rightShare: number}
}

export type Comparison =
  /** Nothing was measured that compares; why, as a sentence's end. */
  | {readonly kind: 'none'; readonly why: string}
  | {
      readonly kind: 'band'
      readonly band: MeasuredBand
      readonly model: string
      readonly release: MeasuredRelease
    }

const RELEASES = bands.releases as unknown as readonly MeasuredRelease[]

/** What is known of the error of a scenario's pass times against real engines. */
export function compareWithMeasured(scenario: Scenario): Comparison {
  if (scenario.engineTiming !== 'aic')
    return {kind: 'none', why: `${scenario.engineTiming} timing stands for no engine that was measured`}
  const far = poolsOf(scenario.fleet).flatMap(([, {args}]) => farTableOf(args) ?? [])[0]
  if (far !== undefined) return {kind: 'none', why: far}
  const release = RELEASES.find(one => one.release === (scenario.release ?? FIRST_RELEASE))
  const found = poolsOf(scenario.fleet).map(([, {args}]) => bandOf(release, args))
  const [first] = found
  if (release === undefined || first === undefined || found.some(band => band !== first))
    return nothingNear(scenario)
  const model = poolsOf(scenario.fleet)[0]![1].args.aic_model_path ?? ''
  return {kind: 'band', band: first, model, release}
}

/**
 * What was measured with a full KV cache, where the run had one: pre-emptions under 1.2.1, which no band of a pair tells of. null =
 * the bands hold.
 */
export function fullCacheBand(
  {kvFull, release}: MeasuredRelease,
  preemptions: number,
): MeasuredRelease['kvFull'] {
  return preemptions > 0 && release === '1.2.1' ? kvFull : null
}

function bandOf(release: MeasuredRelease | undefined, args: EngineArgs): MeasuredBand | undefined {
  return release?.pairs.find(
    ({system, backend}) => system === args.aic_system && backend === args.aic_backend,
  )
}

function nothingNear({fleet}: Scenario): Comparison {
  const named = poolsOf(fleet).map(([, {args}]) => `${args.aic_backend} on ${args.aic_system}`)
  return {kind: 'none', why: `no public measurement of ${[...new Set(named)].join(' or ')} is on record`}
}
