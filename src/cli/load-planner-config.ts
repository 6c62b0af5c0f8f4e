import {readFileSync, statSync} from 'node:fs'
import {extname} from 'node:path'
import {parseJson} from '../config/command-line/flags.ts'
import {type FoundPlannerConfig, findPlannerConfig} from '../config/planner/find-planner-config.ts'
import {PLANNER_KEYS} from '../config/planner/planner-config.ts'
import {PLANNER_KEYS_16} from '../config/planner/planner-fields-1.6.ts'
import {parseYamlDocuments, parseYamlText} from '../config/yaml-text.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {fileErrorReason} from './file-errors.ts'

const FLAG = '--planner-config'
/** What editors and shells of Windows begin a file with. */
const BYTE_ORDER_MARK = /^\uFEFF/

/**
 * Value of `--planner-config` (planner.md 1.1): an existing file (YAML or JSON by its ending, otherwise JSON and then
 * YAML), else inline JSON. Inline YAML is not accepted. In a manifest the planner's part is looked for. The config is
 * undefined without the flag.
 */
export function loadPlannerConfig(value: string | undefined): Result<FoundPlannerConfig> {
  if (value === undefined) return ok({config: undefined, notes: []})
  const read = readPlannerConfig(value)
  if (!read.ok) return read
  const found = findPlannerConfig(read.value, {known: ALL_KEYS, parseText: parseYamlText})
  return found.ok ? found : fail(`${FLAG}: ${found.error.message}`, found.error.field)
}

const ALL_KEYS = new Set([...PLANNER_KEYS, ...PLANNER_KEYS_16])

function readPlannerConfig(value: string): Result<unknown> {
  if (!isFile(value)) {
    if (/^[^{}[\]"]+\.(json|ya?ml)$/i.test(value)) return fail(`${FLAG}: no such file: ${value}`, FLAG)
    const inline = parseJson(value)
    if (inline.ok) return inline
    return fail(`${FLAG}: neither a valid file path nor valid JSON: ${inline.error.message}`, FLAG)
  }
  let text: string
  try {
    text = readFileSync(value, 'utf8').replace(BYTE_ORDER_MARK, '')
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
  if (/\n---\s/.test(text)) return severalDocuments(text)
  if (ending === '.yaml' || ending === '.yml') return parseYamlText(text)
  const json = parseJson(text)
  if (json.ok || ending === '.json') return json
  return parseYamlText(text)
}

/** Manifests of one file; one that only begins or ends with a line of dashes is that one. */
function severalDocuments(text: string): Result<unknown> {
  const documents = parseYamlDocuments(text)
  if (!documents.ok) return documents
  const given = documents.value.filter(document => document !== null)
  return ok(given.length === 1 ? given[0] : given)
}
