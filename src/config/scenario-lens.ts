import {ok, type Result} from '../core/result.ts'
import type {FieldValue} from './field-text.ts'
import type {Scenario} from './scenario.ts'

/** How one value is read from a scenario and put into one. */
export interface ScenarioLens {
  /** null = the scenario says nothing. */
  readonly read: (scenario: Scenario) => FieldValue
  /** @returns what stands against it, where it is of the right type and in its range */
  readonly write: (scenario: Scenario, value: FieldValue) => Result<Scenario>
}

/** A field that every scenario has. */
export function always<K extends keyof Scenario>(key: K): ScenarioLens {
  return {
    read: scenario => scenario[key] as FieldValue,
    write: (scenario, value) => ok({...scenario, [key]: value}),
  }
}

/** A field that is absent where a scenario says nothing. */
export function sometimes(key: keyof Scenario): ScenarioLens {
  return {
    read: scenario => (scenario[key] as FieldValue | undefined) ?? null,
    write: (scenario, value) => ok(withOrWithout(scenario, key, value)),
  }
}

/** A field of a group that is absent as a whole where none of its fields is given. */
export function within<G extends 'traceFormat' | 'traceSelection'>(
  group: G,
  key: keyof NonNullable<Scenario[G]>,
  check: (options: NonNullable<Scenario[G]>) => Result<unknown> = ok,
): ScenarioLens {
  return {
    read: scenario => (scenario[group]?.[key as never] as FieldValue | undefined) ?? null,
    write: (scenario, value) => {
      const options = withOrWithout({...scenario[group]}, key as never, value) as NonNullable<Scenario[G]>
      const checked = check(options)
      if (!checked.ok) return checked
      return ok(withOrWithout(scenario, group, Object.keys(options).length === 0 ? null : options))
    },
  }
}

/** The object with the key at this value, or, for null, without it. */
export function withOrWithout<T extends object>(object: T, key: keyof T, value: unknown): T {
  if (value !== null) return {...object, [key]: value}
  const {[key]: _, ...rest} = object
  return rest as T
}
