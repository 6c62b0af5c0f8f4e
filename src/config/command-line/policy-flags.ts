import {fail, ok, type Result} from '../../core/result.ts'
import {objectiveOfPlanner} from '../objective.ts'
import type {ReadDocuments} from '../read-documents.ts'
import {OTHER_POLICIES, parseScalingText} from '../scaling/parse-scaling.ts'
import {type PlannerConfig, type Scenario, scalingBy} from '../scenario.ts'

/** The text that `--policy-config` is or names, and who reads it: only a run with such a text needs the reader's code. */
export interface PolicyConfigText {
  readonly text: string
  readonly readDocuments: ReadDocuments
}

export interface PolicyInputs {
  /** Of `--planner-config`. */
  readonly planner: PlannerConfig | null
  /** Of `--policy-config`. */
  readonly policyConfig: PolicyConfigText | undefined
}

type Flags = ReadonlyMap<string, string>

/** Who scales: Dynamo's planner where it has a config, nobody where nothing is said, else as `--policy` says. */
export function readScaling(
  flags: Flags,
  {planner, policyConfig}: PolicyInputs,
  notices: string[],
): Result<Pick<Scenario, 'scaling' | 'objective'>> {
  const policy = flags.get('--policy') ?? (planner === null ? 'fixed' : 'dynamo')
  if (policyConfig !== undefined && (policy === 'fixed' || policy === 'dynamo')) {
    return fail(`--policy-config: policy ${policy} takes none`, '--policy-config')
  }
  if (policy === 'dynamo') {
    if (planner !== null) return ok({scaling: scalingBy(planner)})
    return fail('--policy dynamo needs --planner-config', '--policy')
  }
  // A planner's targets still say what the run is to be judged by.
  const judged = planner === null ? {} : {objective: objectiveOfPlanner(planner)}
  if (policy === 'fixed') return ok({scaling: {policy}, ...judged})
  if (policyConfig === undefined) return fail(`--policy ${policy} needs --policy-config`, '--policy-config')
  const parsed = parseScalingText(
    OTHER_POLICIES.find(known => known === policy)!,
    policyConfig.text,
    policyConfig.readDocuments,
  )
  if (!parsed.ok) return parsed
  notices.push(...parsed.value.notices)
  return ok({scaling: parsed.value.scaling, ...judged})
}
