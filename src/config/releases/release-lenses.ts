import {ok} from '../../core/result.ts'
import type {Release} from '../release.ts'
import type {EngineTiming, Fleet, PoolSpec} from '../scenario.ts'
import {always, type ScenarioLens} from '../scenario-lens.ts'
import {releaseOf} from './release-forms.ts'
import {withRelease} from './with-release.ts'

/** Another release is another form of everything else, so the rest is translated with it. */
export function releaseLens(): ScenarioLens {
  return {
    read: releaseOf,
    write: (scenario, value) => ok(withRelease(scenario, value as Release).scenario),
  }
}

/** Pools of 1.6.1 have a timing of their own; those that follow the run's go on following it. */
export function timingLens(): ScenarioLens {
  const {read} = always('engineTiming')
  return {
    read,
    write(scenario, value) {
      const engineTiming = value as EngineTiming
      const follows = ({args}: PoolSpec) => args.timing !== undefined && args.timing === scenario.engineTiming
      const retimed = (pool: PoolSpec): PoolSpec =>
        follows(pool) ? {...pool, args: {...pool.args, timing: engineTiming}} : pool
      const {fleet} = scenario
      const timed: Fleet =
        fleet.topology === 'agg'
          ? {...fleet, workers: retimed(fleet.workers)}
          : {...fleet, prefill: retimed(fleet.prefill), decode: retimed(fleet.decode)}
      return ok({...scenario, engineTiming, fleet: timed})
    },
  }
}
