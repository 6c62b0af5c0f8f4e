import {readFileSync} from 'node:fs'
import {type PoolName, poolsOf, type Scenario} from '../config/scenario.ts'
import {assert} from '../core/assert.ts'
import {fail, ok, type Result} from '../core/result.ts'
import type {PerfModel} from '../perf/perf-model.ts'
import {polynomialModel} from '../perf/polynomial.ts'
import {createProfileModel, type ProfileTable, parseProfileNpz} from '../perf/profile.ts'
import {fileErrorReason} from './file-errors.ts'

/** The pass times each pool of a scenario uses, with the files they need read. */
export function loadPerfModels(scenario: Scenario): Result<(pool: PoolName) => PerfModel> {
  if (scenario.engineTiming === 'aic')
    return fail('engine timing aic is not there yet for this command', 'engineTiming')
  if (scenario.engineTiming === 'polynomial') return ok(() => polynomialModel)
  const tables = new Map<PoolName, ProfileTable>()
  for (const [name, pool] of poolsOf(scenario.fleet)) {
    const table = loadProfile(pool.args.planner_profile_data ?? '')
    if (!table.ok) return table
    tables.set(name, table.value)
  }
  return ok(name => {
    const table = tables.get(name)
    assert(table !== undefined, `pool ${name} has profile data`)
    return createProfileModel(table)
  })
}

/** The reference falls back to the polynomial when it cannot read the file; we say so instead. */
function loadProfile(path: string): Result<ProfileTable> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return fail(
      `planner_profile_data: cannot read ${path}: ${fileErrorReason(error)}`,
      'planner_profile_data',
    )
  }
  const table = parseProfileNpz(bytes, path)
  return table.ok ? table : fail(`planner_profile_data: ${table.error.message}`, 'planner_profile_data')
}
