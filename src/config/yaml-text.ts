import {parseAllDocuments, parse as parseYaml, YAMLParseError} from 'yaml'
import {fail, ok, type Result} from '../core/result.ts'

/** YAML 1.1, where yes and no are booleans, as the reference's loader reads it. */
export function parseYamlText(text: string): Result<unknown> {
  try {
    return ok(parseYaml(text, {version: '1.1', logLevel: 'error'}))
  } catch (error) {
    return describe(error as Error)
  }
}

/** All documents of a text, as `---` parts them; JSON is one. YAML 1.2, as Kubernetes manifests are commonly read. */
export function parseYamlDocuments(text: string): Result<unknown[]> {
  try {
    const documents = parseAllDocuments(text, {logLevel: 'error'})
    if (!Array.isArray(documents)) return ok([])
    const broken = documents.flatMap(one => one.errors)[0]
    return broken === undefined ? ok(documents.map(one => one.toJS() as unknown)) : describe(broken)
  } catch (error) {
    return describe(error as Error)
  }
}

function describe(error: Error): Result<never> {
  if (!(error instanceof YAMLParseError)) return fail(`not valid YAML: ${error.message}`)
  const line = error.linePos?.[0].line
  const reason = error.message.split(/ at line \d+|\n/)[0] ?? ''
  return fail(`${line === undefined ? '' : `line ${line}: `}not valid YAML: ${reason}`)
}
