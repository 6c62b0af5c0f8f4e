import {fail, ok, type Result} from '../../core/result.ts'
import type {ReadDocuments} from '../read-documents.ts'
import type {AutoscalerScaling, Scaling, ScheduleScaling} from '../scenario.ts'
import {AUTOSCALER_PARSERS} from './parse-autoscaler.ts'
import {AUTOSCALERS, parsePolicyText} from './parse-policy-text.ts'
import {parseSchedule, parseScheduleText} from './parse-schedule.ts'

/** Who scales besides Dynamo's planner and nobody: policies with a document of settings. */
export type OtherScaling = AutoscalerScaling | ScheduleScaling

export const OTHER_POLICIES: readonly OtherScaling['policy'][] = [...AUTOSCALERS, 'schedule']

export function isOtherPolicy(scaling: Scaling): scaling is OtherScaling {
  return OTHER_POLICIES.some(policy => policy === scaling.policy)
}

export interface ParsedScaling {
  readonly scaling: OtherScaling
  readonly notices: readonly string[]
}

/** A policy from the text of its settings, checked as a whole; its problems are those of the flag. */
export function parseScalingText(
  policy: OtherScaling['policy'],
  text: string,
  readDocuments: ReadDocuments,
): Result<ParsedScaling> {
  const scaling = readScalingText(policy, text, readDocuments)
  if (!scaling.ok) return ofFlag(scaling)
  const checked = checkScaling(scaling.value)
  return checked.ok ? ok({scaling: scaling.value, notices: checked.value}) : checked
}

/** The same, of which nothing but the form is known to be right. */
export function readScalingText(
  policy: OtherScaling['policy'],
  text: string,
  readDocuments: ReadDocuments,
): Result<OtherScaling> {
  if (policy === 'schedule') {
    const config = parseScheduleText(text, readDocuments)
    return config.ok ? ok({policy, config: config.value}) : config
  }
  const config = parsePolicyText(policy, text, readDocuments)
  return config.ok ? ok({policy, config: config.value}) : config
}

/** What is wrong with the settings that a scenario carries, or sentences on what of them is not simulated. */
export function checkScaling(scaling: OtherScaling): Result<readonly string[]> {
  const {policy, config} = scaling
  if (policy === 'schedule') {
    const parsed = parseSchedule(config)
    return parsed.ok ? ok([]) : ofFlag(parsed)
  }
  const parsed = AUTOSCALER_PARSERS[policy](config)
  return parsed.ok ? ok(parsed.value.notices) : ofFlag(parsed)
}

function ofFlag(failure: Extract<Result<never>, {readonly ok: false}>): ReturnType<typeof fail> {
  return fail(`--policy-config: ${failure.error.message}`, '--policy-config')
}
