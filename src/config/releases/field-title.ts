import type {Release} from '../release.ts'
import {SCENARIO_FIELDS} from '../scenario-fields.ts'
import {formsOf} from './release-forms.ts'

/** What a release calls a field in words; null where it has no such field. @param field `part.key`, as in links */
export function titleOfField(field: string, release: Release): string | null {
  const [part = '', key = part] = field.split(/\.(.*)/)
  const {plannerFields, engineFields, routerFields, trafficFields} = formsOf(release)
  const tables = {
    planner: plannerFields,
    engine: engineFields,
    prefill: engineFields,
    decode: engineFields,
    router: routerFields,
    traffic: trafficFields,
  }
  const own = SCENARIO_FIELDS.find(each => each.link === field || each.key === key)
  const found =
    part in tables ? tables[part as keyof typeof tables].find(each => each.key === key) : undefined
  return found?.label ?? own?.label ?? null
}
