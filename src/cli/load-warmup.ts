import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {fail, ok, type Result} from '../core/result.ts'
import {unpackTrace} from '../trace/formats/packing/unpack-trace.ts'
import type {WarmupFile} from '../trace/formats/warmup-trace.ts'
import {fileErrorReason} from './file-errors.ts'

const FIELD = 'planner.load_predictor_warmup_trace'

/**
 * The traffic that 1.6.1's load predictors have seen before: one file, all JSON lines in a folder and below, or what a
 * pattern names (`day/*.jsonl.gz`), in the order of their paths (planner-1.6.md 9.5).
 */
export async function loadWarmup(path: string): Promise<Result<readonly WarmupFile[]>> {
  const files: WarmupFile[] = []
  try {
    const names = filesOf(path)
    if (names.length === 0) return fail(`${FIELD}: ${path} names no .jsonl or .jsonl.gz file`, FIELD)
    const twice = names.find(name => name.endsWith('.gz') && names.includes(name.slice(0, -'.gz'.length)))
    if (twice !== undefined)
      return fail(`${FIELD}: ${twice} is there uncompressed, too: leave one of the copies out`, FIELD)
    for (const name of names) {
      const unpacked = unpackTrace(readFileSync(name), name)
      if (!unpacked.ok) return unpacked
      files.push({name: basename(name), text: new TextDecoder().decode(unpacked.value.bytes)})
    }
  } catch (error) {
    return fail(`${FIELD}: cannot read ${path}: ${fileErrorReason(error)}`, FIELD)
  }
  return ok(files)
}

function filesOf(path: string): readonly string[] {
  const stat = statSync(path, {throwIfNoEntry: false})
  if (stat === undefined && hasPattern(path)) return matches(path).filter(isFile).sort(byParts)
  if (!(stat ?? statSync(path)).isDirectory()) return [path]
  return everythingIn(path)
    .filter(name => /\.jsonl(\.gz)?$/.test(name) && isFile(name))
    .sort(byParts)
}

function isFile(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isFile() ?? false
}

function everythingIn(folder: string): readonly string[] {
  return namesIn(folder).flatMap(name => {
    const path = join(folder, name)
    return [path, ...everythingIn(path)]
  })
}

function namesIn(folder: string): readonly string[] {
  return statSync(folder, {throwIfNoEntry: false})?.isDirectory() ? readdirSync(folder) : []
}

/** As Python orders paths: part by part, not by their text. */
function byParts(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (const [i, part] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    if (part !== other) return part < other ? -1 : 1
  }
  return left.length - right.length
}

function hasPattern(path: string): boolean {
  return /[*?[]/.test(path)
}

/** Python's glob: `*`, `?` and `[…]` within one part of a path, `**` for any folders; what begins with a dot is named outright. */
function matches(pattern: string): readonly string[] {
  const parts = pattern.split('/')
  const isAbsolute = parts[0] === ''
  const found = new Set<string>()
  const follow = (folder: string, [part, ...rest]: readonly string[]): void => {
    const at = (name: string) => (folder === '' ? name : join(folder, name))
    if (part === undefined) {
      found.add(folder)
      return
    }
    const shown = () => namesIn(folder === '' ? '.' : folder).filter(name => !name.startsWith('.'))
    if (part === '**') {
      follow(folder, rest)
      for (const name of shown()) follow(at(name), [part, ...rest])
    } else if (!hasPattern(part)) {
      if (existsSync(at(part))) follow(at(part), rest)
    } else {
      const wanted = toExpression(part)
      const names = part.startsWith('.') ? namesIn(folder === '' ? '.' : folder) : shown()
      for (const name of names) if (wanted.test(name)) follow(at(name), rest)
    }
  }
  follow(isAbsolute ? '/' : '', isAbsolute ? parts.slice(1) : parts)
  return [...found]
}

function toExpression(part: string): RegExp {
  const text = part.replaceAll(/\[!?[^\]]+\]|[\s\S]/g, token => {
    if (token === '*') return '.*'
    if (token === '?') return '.'
    if (token.length === 1) return token.replace(/[\\^$.|+(){}[\]]/, '\\$&')
    return token.replace('[!', '[^').replaceAll('\\', '\\\\')
  })
  return new RegExp(`^${text}$`, 's')
}
