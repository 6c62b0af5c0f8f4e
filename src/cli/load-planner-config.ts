import {readFileSync, statSync} from 'node:fs'
import {extname} from 'node:path'
import {parseJson} from '../config/command-line/flags.ts'
import {parseYamlText} from '../config/yaml-text.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {fileErrorReason} from './file-errors.ts'

const FLAG = '--planner-config'

/**
 * Value of `--planner-config` (planner.md 1.1): an existing file (YAML or JSON by its ending, otherwise JSON and then
 * YAML), else inline JSON. Inline YAML is not accepted. undefined without the flag.
 */
export function loadPlannerConfig(value: string | undefined): Result<unknown> {
  if (value === undefined) return ok(undefined)
  if (!isFile(value)) {
    const inline = parseJson(value)
    if (inline.ok) return inline
    return fail(`${FLAG}: neither a valid file path nor valid JSON: ${inline.error.message}`, FLAG)
  }
  let text: string
  try {
    text = readFileSync(value, 'utf8')
  } catch (error) {
    return fail(`${FLAG}: cannot read ${value}: ${fileErrorReason(error)}`, FLAG)
  }
  const parsed = parseByEnding(text, extname(value).toLowerCase())
  return parsed.ok ? parsed : fail(`${FLAG}: ${value}: ${parsed.error.message}`, FLAG)
}

/** Text of `--policy-config`: an existing file's, else the value itself. undefined without the flag. */
export function loadPolicyConfig(value: string | undefined): Result<string | undefined> {
  if (value === undefined || !isFile(value)) return ok(value)
  try {
    return ok(readFileSync(value, 'utf8'))
  } catch (error) {
    return fail(`--policy-config: cannot read ${value}: ${fileErrorReason(error)}`, '--policy-config')
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    // Inline JSON is no path, and may be too long for one.
    return false
  }
}

function parseByEnding(text: string, ending: string): Result<unknown> {
  if (ending === '.yaml' || ending === '.yml') return parseYamlText(text)
  const json = parseJson(text)
  if (json.ok || ending === '.json') return json
  return parseYamlText(text)
}
