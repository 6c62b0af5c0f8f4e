import type {Result} from '../../core/result.ts'
import type {Arguments} from './arguments.ts'
import {type FlagInputs, type ScenarioFromFlags, scenarioFromFlags12} from './flags.ts'
import {releaseOfFlags, scenarioFromFlags16} from './flags-1.6.ts'

/** The scenario a command line describes, by the rules of the release it is written for. */
export function scenarioFromFlags(args: Arguments, inputs: FlagInputs): Result<ScenarioFromFlags> {
  return releaseOfFlags(args.flags) === '1.6.1'
    ? scenarioFromFlags16(args, inputs)
    : scenarioFromFlags12(args, inputs)
}
