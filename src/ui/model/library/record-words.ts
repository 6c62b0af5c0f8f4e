import type {SavedSweep} from '../../../store/saved-sweep.ts'
import {REPEAT_WORDS} from '../../../sweep/repeats.ts'

/** What a sweep varies: `startup_time 0:300:10`. */
export function axisWords({spec}: SavedSweep): string {
  const knobs = spec.second === null ? [spec.first] : [spec.first, spec.second]
  const words = knobs.map(({key, values}) => `${key} ${values}`).join(' × ')
  const {of, count} = spec.repeats
  return count === 1 ? words : `${words}, ${count} ${REPEAT_WORDS[of]}`
}
