import type {Migrations} from '../engine/record/record.ts'
import type {DrainLimitReport} from './report.ts'

/** @param migrations of the run; absent = nobody was moved */
export function computeDrainLimit(limitS: number, migrations: Migrations | undefined): DrainLimitReport {
  const instances = new Set<string>()
  let carried = 0
  for (let i = 0; i < (migrations?.length ?? 0); i++) {
    instances.add(`${migrations!.onPrefill[i]} ${migrations!.instance[i]}`)
    carried += migrations!.tokens[i]!
  }
  return {
    limit_s: limitS,
    ended_instances: instances.size,
    migrated_requests: new Set(migrations?.request).size,
    migrations: migrations?.length ?? 0,
    carried_tokens: carried,
  }
}
