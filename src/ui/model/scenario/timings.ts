import type {Release} from '../../../config/release.ts'
import type {EngineTiming} from '../../../config/scenario.ts'

interface Timing {
  readonly id: EngineTiming
  readonly title: string
  readonly what: string
}

/** The timings a release knows, as the form offers them. */
export function timingsOf(release: Release): readonly Timing[] {
  return release === '1.6.1' ? TIMINGS : TIMINGS.filter(({id}) => id !== 'fixed')
}

const TIMINGS: readonly Timing[] = [
  {id: 'aic', title: 'aic', what: 'GPU tables of AIConfigurator: pass times of the GPU and model you name'},
  {id: 'polynomial', title: 'polynomial', what: "the reference's built-in curve, equal for every GPU"},
  {id: 'profile', title: 'profile', what: 'pass times you recorded (NPZ)'},
  {id: 'fixed', title: 'fixed', what: 'one time for every pass'},
]

/** What a reader must know of a result's pass times, in one sentence. */
export function timingSentence(timing: EngineTiming, release: Release): string {
  switch (timing) {
    case 'polynomial':
      return `Engine timing polynomial: pass times come from the curve built into ai-dynamo ${release}, ${
        release === '1.2.1' ? 'which its planner runs use whatever GPU is named' : 'whatever GPU is named'
      }; compare designs with it, but do not read it as the speed of your GPU.`
    case 'profile':
      return (
        'Engine timing profile: pass times are interpolated from the NPZ profile you picked, so the latencies hold ' +
        'for the engine it was recorded on.'
      )
    case 'fixed':
      return 'Engine timing fixed: every pass takes the time that was given, whatever is in it.'
    case 'aic':
      return (
        'Engine timing aic: pass times come from the GPU tables of AIConfigurator for the GPU and model named here' +
        (release === '1.2.1'
          ? '; the reference itself uses these tables only to prime its planner.'
          : ', as in the reference.')
      )
  }
}
