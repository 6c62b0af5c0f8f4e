import type {StartupSpec} from '../config/startup/startup-spec.ts'
import {sampleDistribution} from '../core/distribution.ts'
import {RandomStream} from '../core/random.ts'
import type {StartupModel} from '../engine/startup-model.ts'

/** A start that failed this often in a row is taken to succeed: the share of failures is at most 90 %. */
const MAX_TRIES = 100

/**
 * Draws by seed, pool and instance alone, so that instance 17 starts equally slowly in every run of a sweep, whatever the
 * policy decided before. A constant draws nothing.
 */
export function createStartup(spec: StartupSpec, seed: number, pool: string): StartupModel {
  return {
    readyAfterMs: instanceId =>
      1000 * drawStartS(spec, new RandomStream(seed, `startup/${pool}/${instanceId}`)),
  }
}

function drawStartS({stages, failure, straggler}: StartupSpec, random: RandomStream): number {
  // What a stage takes comes first, so that failures added to a scenario leave the durations as they were.
  let seconds = 0
  for (const {durationS} of stages) seconds += sampleDistribution(durationS, random)
  if (straggler !== null && random.next() < straggler.share) seconds *= straggler.factor
  if (failure === null) return seconds
  for (let tries = 1; tries < MAX_TRIES && random.next() < failure.share; tries++) seconds += failure.timeoutS
  return seconds
}
