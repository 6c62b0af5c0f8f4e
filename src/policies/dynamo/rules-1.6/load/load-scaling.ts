import {decideNothing} from '../../load-decision.ts'
import {decideAggLoad} from './load-agg.ts'
import {decideDisaggLoad} from './load-disagg.ts'
import type {LoadDecision16, LoadInputs} from './pool-load.ts'

/**
 * Load scaling as a pure function (planner-1.6.md 8): it sees only its arguments, so a decision can be repeated later
 * with any of them changed. It may not see traffic, predictions, or anything of a request.
 */
export function decideLoad16(inputs: LoadInputs): LoadDecision16 {
  if (!inputs.config.enable_load_scaling) return decideNothing('disabled')
  const {prefill} = inputs
  return prefill === null ? decideAggLoad(inputs) : decideDisaggLoad({...inputs, prefill})
}
