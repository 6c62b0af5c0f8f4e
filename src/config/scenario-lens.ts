import {fail, ok, type Result} from '../core/result.ts'
import type {FieldValue} from './field-text.ts'
import type {ReportedSla, Scenario} from './scenario.ts'

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

/** A field of which only 1.6.1 knows; a scenario of another release has none and takes none. */
export function only16(lens: ScenarioLens): ScenarioLens {
  return {
    read: lens.read,
    write: (scenario, value) =>
      value === null || scenario.release === '1.6.1'
        ? lens.write(scenario, value)
        : fail('only Dynamo 1.6.1 knows this'),
  }
}

/** A bound of the report's good requests: the bounds are absent as a whole where none is given. */
export function reportedBound(key: keyof ReportedSla): ScenarioLens {
  return only16({
    read: ({reportedSla}) => reportedSla?.[key] ?? null,
    write: (scenario, value) => {
      const sla: ReportedSla = withOrWithout<ReportedSla>({...scenario.reportedSla}, key, value)
      if (sla.e2eMs !== undefined && (sla.ttftMs !== undefined || sla.itlMs !== undefined))
        return fail('sla.e2e_ms is mutually exclusive with sla.ttft_ms/itl_ms')
      return ok(withOrWithout(scenario, 'reportedSla', Object.keys(sla).length === 0 ? null : sla))
    },
  })
}

/** The object with the key at this value, or, for null, without it. */
export function withOrWithout<T extends object>(object: T, key: keyof T, value: unknown): T {
  if (value !== null) return {...object, [key]: value}
  const {[key]: _, ...rest} = object
  return rest as T
}
