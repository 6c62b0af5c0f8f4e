import {ok, type Result} from '../../core/result.ts'
import type {AutoscalerScaling, ScheduleScaling} from '../scenario.ts'
import {parseHpaSettings, parseKedaSettings, parseKpaSettings} from './parse-autoscaler.ts'
import {type AutoscalerName, parsePolicyText} from './parse-policy-text.ts'
import {parseSchedule, parseScheduleText} from './parse-schedule.ts'

export const AUTOSCALERS: readonly AutoscalerName[] = ['hpa', 'keda', 'kpa']

export interface ParsedScaling<T> {
  readonly scaling: T
  readonly notices: readonly string[]
}

/** An autoscaler from the text of its settings, checked as a whole. */
export function parseAutoscalerScaling(
  policy: AutoscalerName,
  text: string,
): Result<ParsedScaling<AutoscalerScaling>> {
  const config = parsePolicyText(policy, text)
  if (!config.ok) return config
  const scaling = {policy, config: config.value}
  const checked = checkAutoscaler(scaling)
  return checked.ok ? ok({scaling, notices: checked.value}) : checked
}

export function parseScheduleScaling(text: string): Result<ParsedScaling<ScheduleScaling>> {
  const config = parseScheduleText(text)
  return config.ok ? ok({scaling: {policy: 'schedule', config: config.value}, notices: []}) : config
}

/** What is wrong with the settings that a scenario carries, or sentences on what of them is not simulated. */
export function checkAutoscaler({policy, config}: AutoscalerScaling): Result<readonly string[]> {
  const parse = {hpa: parseHpaSettings, keda: parseKedaSettings, kpa: parseKpaSettings}[policy]
  const parsed = parse(config)
  return parsed.ok ? ok(parsed.value.notices) : parsed
}

export function checkSchedule({config}: ScheduleScaling): Result<null> {
  const parsed = parseSchedule(config)
  return parsed.ok ? ok(null) : parsed
}
