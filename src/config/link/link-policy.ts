import {isEqual} from '../../core/is-equal.ts'
import {isObject} from '../../core/is-object.ts'
import {initialScaling} from '../scaling/initial-scaling.ts'
import {checkScaling, isOtherPolicy, OTHER_POLICIES, type OtherScaling} from '../scaling/parse-scaling.ts'
import type {Scenario} from '../scenario.ts'
import type {LinkPairs} from './link-pairs.ts'
import type {Pair} from './query-string.ts'

/** A policy other than Dynamo's planner, if the link names one; settings that it refuses give way to those it begins with. */
export function decodePolicy(link: LinkPairs): OtherScaling | null {
  const policy = link.takeChoice('policy', null, OTHER_POLICIES)
  if (policy === null) return null
  const text = link.take('policy-config')
  if (text === null) return initialScaling(policy)
  const config = parseObject(text)
  if (config !== null) {
    const scaling = {policy, config}
    if (checkScaling(scaling).ok) return scaling
  }
  link.ignore('policy-config', text)
  return initialScaling(policy)
}

/** Of such a policy the settings travel as a whole: compact JSON, in the scenario's own form. */
export function policyDifferences(before: Pick<Scenario, 'scaling'>, to: OtherScaling): readonly Pair[] {
  const config = JSON.stringify(to.config)
  const from = before.scaling
  if (isOtherPolicy(from) && from.policy === to.policy && isEqual(from.config, to.config)) return []
  return [
    ['policy', to.policy],
    ['policy-config', config],
  ]
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
