import type {Distribution} from '../../core/distribution-kinds.ts'
import {formatDuration} from '../../core/parse-duration.ts'

/** How a new instance comes up: the reference knows one time for all. Durations in seconds. */
export interface StartupSpec {
  /** One after the other; a start without stages is a single one without a name. */
  readonly stages: readonly StartupStage[]
  /** Starts that come to nothing and are tried again; null: none. */
  readonly failure: StartupFailure | null
  /** Starts that take a multiple of their time; null: none. */
  readonly straggler: StartupStraggler | null
  /** The first passes of an instance that started are slow; absent: they are not. */
  readonly slow?: SlowFirstPasses
  /** Instances that stand by in every pool; absent: none. */
  readonly standby?: StandbyPool
}

export interface StartupStage {
  readonly name: string
  readonly durationS: Distribution
}

export interface StartupFailure {
  /** Of all tries, below 1. */
  readonly share: number
  /** Seconds until a failed try is given up and the next begins. */
  readonly timeoutS: number
}

export interface StartupStraggler {
  readonly share: number
  readonly factor: number
}

export interface SlowFirstPasses {
  readonly passes: number
  /** Of what they would take. */
  readonly factor: number
}

/** Started instances that serve nobody until one is asked for; each is then made up for by a start in the usual way. */
export interface StandbyPool {
  readonly count: number
  /** Seconds from being asked for until it serves. */
  readonly startS: number
  /** What one costs while it stands by, as a share of a serving instance. */
  readonly costFactor: number
}

/** A start that always takes the same time. */
export function constantSpec(seconds: number): StartupSpec {
  return {stages: [{name: '', durationS: {kind: 'constant', value: seconds}}], failure: null, straggler: null}
}

/** Whether every instance starts equally slowly, so that nothing is left to chance. */
export function isConstantStart({stages, failure, straggler}: StartupSpec): boolean {
  return (
    failure === null && straggler === null && stages.every(({durationS}) => durationS.kind === 'constant')
  )
}

/** The text that `parseStartup` reads as this. */
export function formatStartup({stages, failure, straggler, slow, standby}: StartupSpec): string {
  const [only] = stages
  const isSingle = stages.length === 1 && only?.name === ''
  const parts = [
    isSingle
      ? formatDistribution(only.durationS)
      : `stages(${stages.map(({name, durationS}) => `${name}=${formatDistribution(durationS)}`).join(',')})`,
  ]
  if (failure !== null) {
    parts.push(`fail(share=${failure.share},timeout=${formatDuration(failure.timeoutS)})`)
  }
  if (straggler !== null) parts.push(`straggle(share=${straggler.share},factor=${straggler.factor})`)
  if (slow !== undefined) parts.push(`slow(passes=${slow.passes},factor=${slow.factor})`)
  if (standby !== undefined) {
    const {count, startS, costFactor} = standby
    parts.push(`standby(count=${count},start=${formatDuration(startS)},cost=${costFactor})`)
  }
  return parts.join(';')
}

function formatDistribution(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return formatDuration(distribution.value)
    case 'lognormal':
      return `lognormal(median=${formatDuration(distribution.median)},p95=${formatDuration(distribution.p95)})`
    case 'quantiles':
      return `quantiles(${distribution.points.map(formatPoint).join(',')})`
  }
}

function formatPoint([share, seconds]: readonly [number, number]): string {
  // Written in parts of a hundred without the noise of the multiplication.
  return `p${Number((share * 100).toPrecision(12))}=${formatDuration(seconds)}`
}
