import {statSync} from 'node:fs'
import {extname} from 'node:path'
import {isFileName, parseJson} from '../config/command-line/flags.ts'
import type {PolicyConfigText} from '../config/command-line/policy-flags.ts'
import {type FoundPlannerConfig, findPlannerConfig} from '../config/planner/find-planner-config.ts'
import {PLANNER_KEYS} from '../config/planner/planner-config.ts'
import {PLANNER_KEYS_16} from '../config/planner/planner-fields-1.6.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {fileErrorReason} from './file-errors.ts'
import {readTextFile} from './read-text-file.ts'

const FLAG = '--planner-config'

/**
 * Value of `--planner-config` (planner.md 1.1): an existing file (YAML or JSON by its ending, otherwise JSON and then
 * YAML), else inline JSON. Inline YAML is not accepted. In a manifest the planner's part is looked for. The config is
 * undefined without the flag.
 */
export async function loadPlannerConfig(value: string | undefined): Promise<Result<FoundPlannerConfig>> {
  if (value === undefined) return ok({config: undefined, notes: []})
  const read = await readPlannerConfig(value)
  if (!read.ok) return read
  const found = await findIn(read.value)
  return found.ok ? found : fail(`${FLAG}: ${found.error.message}`, found.error.field)
}

/** A manifest may hold its config as text; only then what reads YAML is loaded. */
async function findIn(value: unknown): Promise<Result<FoundPlannerConfig>> {
  let holdsText = false
  const parseText = () => {
    holdsText = true
    return fail('not read yet')
  }
  const found = findPlannerConfig(value, {known: ALL_KEYS, parseText})
  if (!holdsText) return found
  const {parseYamlText} = await loadYaml()
  return findPlannerConfig(value, {known: ALL_KEYS, parseText: parseYamlText})
}

/** Most command lines write JSON: the library is compiled when there is YAML to read. */
function loadYaml(): Promise<typeof import('../config/yaml-text.ts')> {
  return import('../config/yaml-text.ts')
}

const ALL_KEYS = new Set([...PLANNER_KEYS, ...PLANNER_KEYS_16])

async function readPlannerConfig(value: string): Promise<Result<unknown>> {
  if (!isFile(value)) {
    const mistaken = noFile(value)
    if (mistaken !== null) return fail(`${FLAG}: ${mistaken}`, FLAG)
    const inline = parseJson(value)
    if (inline.ok) return inline
    return fail(`${FLAG}: neither a valid file path nor valid JSON: ${inline.error.message}`, FLAG)
  }
  let text: string
  try {
    text = readTextFile(value)
  } catch (error) {
    return fail(`${FLAG}: cannot read ${value}: ${fileErrorReason(error)}`, FLAG)
  }
  const parsed = await parseByEnding(text, extname(value).toLowerCase())
  return parsed.ok ? parsed : fail(`${FLAG}: ${value}: ${parsed.error.message}`, FLAG)
}

/** Text of `--policy-config`: an existing file's, else the value itself. undefined without the flag. */
export async function loadPolicyConfig(
  value: string | undefined,
): Promise<Result<PolicyConfigText | undefined>> {
  if (value === undefined) return ok(value)
  const mistaken = noFile(value)
  if (mistaken !== null) return fail(`--policy-config: ${mistaken}`, '--policy-config')
  const {parseYamlDocuments: readDocuments} = await loadYaml()
  if (!isFile(value)) return ok({text: value, readDocuments})
  try {
    return ok({text: readTextFile(value), readDocuments})
  } catch (error) {
    return fail(`--policy-config: cannot read ${value}: ${fileErrorReason(error)}`, '--policy-config')
  }
}

function isFile(path: string): boolean {
  return kindOf(path) === 'file'
}

/** What is wrong with a value that is meant as a path; null where there is a file, or an inline document. */
function noFile(value: string): string | null {
  const kind = kindOf(value)
  if (kind === 'folder') return `${value} is a folder: give the file in it`
  return kind === null && isFileName(value) ? `no such file: ${value}` : null
}

function kindOf(path: string): 'file' | 'folder' | null {
  try {
    const stat = statSync(path)
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : null
  } catch {
    // Inline JSON is no path, and may be too long for one.
    return null
  }
}

async function parseByEnding(text: string, ending: string): Promise<Result<unknown>> {
  if (/\n---\s/.test(text)) return severalDocuments(text)
  if (ending === '.yaml' || ending === '.yml') return parseYaml(text)
  const json = parseJson(text)
  if (json.ok || ending === '.json') return json
  return parseYaml(text)
}

async function parseYaml(text: string): Promise<Result<unknown>> {
  const {parseYamlText} = await loadYaml()
  return parseYamlText(text)
}

/** Manifests of one file; one that only begins or ends with a line of dashes is that one. */
async function severalDocuments(text: string): Promise<Result<unknown>> {
  const {parseYamlDocuments} = await loadYaml()
  const documents = parseYamlDocuments(text)
  if (!documents.ok) return documents
  const given = documents.value.filter(document => document !== null)
  return ok(given.length === 1 ? given[0] : given)
}
