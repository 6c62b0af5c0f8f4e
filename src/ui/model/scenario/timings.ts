import type {EngineTiming} from '../../../config/scenario.ts'

export const TIMINGS: readonly {readonly id: EngineTiming; readonly title: string; readonly what: string}[] =
  [
    {id: 'aic', title: 'aic', what: 'GPU tables of AIConfigurator: pass times of the GPU and model you name'},
    {id: 'polynomial', title: 'polynomial', what: "the reference's built-in curve, equal for every GPU"},
    {id: 'profile', title: 'profile', what: 'pass times you recorded (NPZ)'},
    {id: 'fixed', title: 'fixed', what: 'one time for every pass (1.6.1)'},
  ]

/** What a reader must know of a result's pass times, in one sentence. */
export function timingSentence(timing: EngineTiming): string {
  switch (timing) {
    case 'polynomial':
      return (
        'Engine timing polynomial: pass times come from the curve built into ai-dynamo 1.2.1, which its planner ' +
        'runs use whatever GPU is named; compare designs with it, but do not read it as the speed of your GPU.'
      )
    case 'profile':
      return (
        'Engine timing profile: pass times are interpolated from the NPZ profile you picked, so the latencies hold ' +
        'for the engine it was recorded on.'
      )
    case 'fixed':
      return 'Engine timing fixed: every pass takes the time that was given, whatever is in it.'
    case 'aic':
      return (
        'Engine timing aic: pass times come from the GPU tables of AIConfigurator for the GPU and model named here; ' +
        'the reference itself uses these tables only to prime its planner.'
      )
  }
}
