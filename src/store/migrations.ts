import {fromFormerScenario} from '../config/former-scenario.ts'
import {isObject} from '../core/is-object.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {StoredRecord} from './shape.ts'

/** Turns a record of one version into the next version's, without its `version`. */
export type Migration = (record: StoredRecord) => StoredRecord

/** By the version they start from. Steps are never removed: somebody's oldest record needs all of them. */
export type Migrations = ReadonlyMap<number, Migration>

interface Target {
  readonly to: number
  readonly steps: Migrations
}

export const DAMAGED = 'it is damaged'

/** A record as the version `to` writes it, brought up from whatever version it was stored in. */
export function migrate(stored: unknown, {to, steps}: Target): Result<StoredRecord> {
  if (!isObject(stored) || !Number.isInteger(stored.version)) return fail(DAMAGED)
  if (isNewer(stored, to)) return fail('it was made by a newer version of Planner Replay: update the page')
  let record = stored
  for (let version = stored.version as number; version !== to; version++) {
    const step = steps.get(version)
    if (step === undefined) return fail('it was made by a version too old to be read')
    record = {...step(record), version: version + 1}
  }
  return ok(record)
}

export function isNewer(stored: unknown, version: number): boolean {
  return isObject(stored) && Number.isInteger(stored.version) && (stored.version as number) > version
}

/** A record whose scenario said who scales by a planner config, or by null. */
export function withScaling(record: StoredRecord): StoredRecord {
  const {scenario} = record
  return isObject(scenario) ? {...record, scenario: fromFormerScenario(scenario)} : record
}
