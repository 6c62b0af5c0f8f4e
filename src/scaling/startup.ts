import type {StandbyPool, StartupSpec} from '../config/startup/startup-spec.ts'
import {sampleDistribution} from '../core/distribution.ts'
import {RandomStream} from '../core/random.ts'
import type {StartupModel} from '../engine/startup-model.ts'

/** A start that failed this often in a row is taken to succeed: the share of failures is at most 90 %. */
const MAX_TRIES = 100

/**
 * Random by seed, pool and instance alone, so that instance 17 starts equally slowly in every run of a sweep, whatever the
 * policy decided before. A constant takes no random number. Only which instances come from the warm pool depends on the decisions.
 */
export function createStartup(spec: StartupSpec, seed: number, pool: string): StartupModel {
  const coldMs = (instanceId: number) =>
    1000 * sampleStartS(spec, new RandomStream(seed, `startup/${pool}/${instanceId}`))
  const {slow, standby} = spec
  return {
    readyAfterMs: standby === undefined ? coldMs : fromWarmPool(standby, coldMs),
    ...(slow === undefined ? {} : {slowPasses: slow}),
  }
}

/** Takes an instance that stands by, if there is one; in its place another is started, as slowly as that one would have. */
function fromWarmPool(
  {count, startS}: StandbyPool,
  coldMs: (instanceId: number) => number,
): StartupModel['readyAfterMs'] {
  const readyAtMs = new Float64Array(count)
  return (instanceId, nowMs) => {
    const cold = coldMs(instanceId)
    const slot = readyAtMs.findIndex(readyMs => readyMs <= nowMs)
    if (slot < 0) return cold
    readyAtMs[slot] = nowMs + cold
    return Math.min(startS * 1000, cold)
  }
}

function sampleStartS({stages, failure, straggler}: StartupSpec, random: RandomStream): number {
  // What a stage takes comes first, so that failures added to a scenario leave the durations as they were.
  let seconds = 0
  for (const {durationS} of stages) seconds += sampleDistribution(durationS, random)
  if (straggler !== null && random.next() < straggler.share) seconds *= straggler.factor
  if (failure === null) return seconds
  for (let tries = 1; tries < MAX_TRIES && random.next() < failure.share; tries++) seconds += failure.timeoutS
  return seconds
}
