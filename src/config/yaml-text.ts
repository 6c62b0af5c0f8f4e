import {parse as parseYaml, YAMLParseError} from 'yaml'
import {fail, ok, type Result} from '../core/result.ts'

/** YAML 1.1, where yes and no are booleans, as the reference's loader reads it. */
export function parseYamlText(text: string): Result<unknown> {
  try {
    return ok(parseYaml(text, {version: '1.1', logLevel: 'error'}))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) return fail(`not valid YAML: ${(error as Error).message}`)
    const line = error.linePos?.[0].line
    const reason = error.message.split(/ at line \d+|\n/)[0] ?? ''
    return fail(`${line === undefined ? '' : `line ${line}: `}not valid YAML: ${reason}`)
  }
}
