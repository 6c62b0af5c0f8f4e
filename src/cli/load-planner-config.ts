import {readFileSync, statSync} from 'node:fs'
import {extname} from 'node:path'
import {parse as parseYaml, YAMLParseError} from 'yaml'
import {parseJson} from '../config/flags.ts'
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

/** YAML 1.1, where yes and no are booleans, as the reference's loader reads it. */
function parseYamlText(text: string): Result<unknown> {
  try {
    return ok(parseYaml(text, {version: '1.1'}))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) return fail(`not valid YAML: ${(error as Error).message}`)
    const line = error.linePos?.[0].line
    const reason = error.message.split(/ at line \d+|\n/)[0] ?? ''
    return fail(`${line === undefined ? '' : `line ${line}: `}not valid YAML: ${reason}`)
  }
}
