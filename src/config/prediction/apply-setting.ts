import {isObject} from '../../core/is-object.ts'
import {fail, ok, type Result} from '../../core/result.ts'
import {parseYamlText} from '../yaml-text.ts'

/** A file with `--set PATH=YAML_VALUE`s in force, one after the other; sections that are not there are made. */
export function applySettings(document: unknown, settings: readonly string[]): Result<unknown> {
  let changed = document
  for (const setting of settings) {
    const applied = applySetting(changed, setting)
    if (!applied.ok) return applied
    changed = applied.value
  }
  return ok(changed)
}

function applySetting(document: unknown, setting: string): Result<unknown> {
  const refuse = (message: string) => fail(`--set ${setting.slice(0, 120)}: ${message}`, '--set')
  const equals = setting.indexOf('=')
  const path = setting.slice(0, Math.max(equals, 0)).split('.')
  if (equals < 1 || path.some(part => part === '')) return refuse('write PATH=VALUE, as engine.backend=vllm')
  if (path.some(part => /^\d+$/.test(part))) return refuse('places of a list cannot be set')
  const value = parseYamlText(setting.slice(equals + 1))
  if (!value.ok) return refuse(value.error.message)
  return withValue(document, path, value.value, refuse)
}

function withValue(
  section: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
  refuse: (message: string) => ReturnType<typeof fail>,
): Result<unknown> {
  if (section !== undefined && !isObject(section))
    return refuse('the path leads through a value that is no mapping')
  if (key === undefined) return ok(value)
  if (rest.length === 0) return ok({...section, [key]: value})
  const inner = withValue(section?.[key], rest, value, refuse)
  return inner.ok ? ok({...section, [key]: inner.value}) : inner
}
