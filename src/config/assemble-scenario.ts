import type {Problem} from '../core/result.ts'
import {DEFAULT_ROUTER_CONFIG_16} from './engine/release-1.6/router-config.ts'
import {checkField} from './field.ts'
import type {FieldValue} from './field-text.ts'
import type {Scenario} from './scenario.ts'
import type {ScenarioField} from './scenario-field.ts'
import {SCENARIO_FIELDS} from './scenario-fields.ts'

/** A scenario of which the parts are known that have tables or readers of their own. */
export type ScenarioParts = Pick<Scenario, 'trace' | 'fleet' | 'scaling'> & Partial<Scenario>

export interface AssembledScenario {
  readonly scenario: Scenario
  /** Values that could not be put in; the scenario is as if nobody had said them. */
  readonly refused: readonly {readonly field: ScenarioField; readonly problem: Problem}[]
}

/**
 * A scenario from its parts and the values of its own fields by key, null being none; where neither says anything the
 * field has its default. Form, address and command line all end here, and `checkScenario` then tells whether the whole
 * holds.
 */
export function assembleScenario(
  parts: ScenarioParts,
  values: Readonly<Record<string, FieldValue | undefined>>,
): AssembledScenario {
  // Whole once every field of the table has been looked at.
  let scenario = {...parts} as Scenario
  const refused: {field: ScenarioField; problem: Problem}[] = []
  for (const field of SCENARIO_FIELDS) {
    const present = field.read(scenario) ?? null
    const given = values[field.key]
    const value = given === undefined ? (present ?? field.default) : given
    if (value === present) continue
    const written = field.write(scenario, value)
    if (written.ok) scenario = written.value
    else refused.push({field, problem: written.error})
  }
  return {scenario: withRouterOf16(scenario), refused}
}

/** Readers of 1.6.1 give a KV router all its options, said or not, so that equal runs are equal scenarios. */
function withRouterOf16(scenario: Scenario): Scenario {
  const {release, routerMode, routerConfig} = scenario
  if (release !== '1.6.1' || routerMode !== 'kv_router' || routerConfig !== undefined) return scenario
  return {...scenario, routerConfig: DEFAULT_ROUTER_CONFIG_16}
}

/** The first of a scenario's own fields that is out of its range. */
export function checkScenarioFields(
  scenario: Scenario,
): {readonly field: ScenarioField; readonly message: string} | null {
  for (const field of SCENARIO_FIELDS) {
    const check = checkField(field, field.read(scenario))
    if (check.kind === 'ok') continue
    const message = check.kind === 'wrong-type' ? `must be ${check.expected}` : check.message
    return {field, message}
  }
  return null
}
