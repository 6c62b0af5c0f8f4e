import {fail, ok, type Result} from '../core/result.ts'
import {RUN_VERSION, type RunSummary} from './saved-run.ts'

export type StoredRecord = Readonly<Record<string, unknown>>
/** Turns a record of one version into the next version's, without its `version`. */
export type Migration = (record: StoredRecord) => StoredRecord

/** By the version they start from. Steps are never removed: somebody's oldest run needs all of them. */
const RUN_MIGRATIONS: ReadonlyMap<number, Migration> = new Map()

/** A stored summary as this build writes it, brought up from whatever version it was stored in. */
export function readSummary(stored: unknown): Result<RunSummary> {
  const migrated = migrate(stored, {to: RUN_VERSION, steps: RUN_MIGRATIONS})
  if (!migrated.ok) return migrated
  const {id, name, scenario, report} = migrated.value
  const isWhole = typeof id === 'string' && typeof name === 'string' && isObject(scenario) && isObject(report)
  return isWhole ? ok(migrated.value as unknown as RunSummary) : fail('a saved run is damaged')
}

export function migrate(
  stored: unknown,
  {to, steps}: {readonly to: number; readonly steps: ReadonlyMap<number, Migration>},
): Result<StoredRecord> {
  if (!isObject(stored) || !Number.isInteger(stored.version)) return fail('a saved run is damaged')
  let record = stored
  for (let version = stored.version as number; version !== to; version++) {
    if (version > to) return fail('a run was saved by a newer version of Planner Replay')
    const step = steps.get(version)
    if (step === undefined) return fail('a run was saved by a version too old to be read')
    record = {...step(record), version: version + 1}
  }
  return ok(record)
}

function isObject(value: unknown): value is StoredRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
