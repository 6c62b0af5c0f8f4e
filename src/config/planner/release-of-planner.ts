import type {Release} from '../release.ts'
import {PLANNER_KEYS} from './planner-config.ts'
import {PLANNER_KEYS_16} from './planner-fields-1.6.ts'

const OF_1_6 = new Set([...PLANNER_KEYS_16].filter(key => !PLANNER_KEYS.has(key)))

/** The release a planner config is written for: the one that alone knows its keys; where both know them all, `otherwise`. */
export function releaseOfPlanner(config: Readonly<Record<string, unknown>>, otherwise: Release): Release {
  const keys = Object.keys(config)
  if (config.optimization_target === 'load' || keys.some(key => OF_1_6.has(key))) return '1.6.1'
  return keys.includes('load_metric_samples') ? '1.2.1' : otherwise
}
