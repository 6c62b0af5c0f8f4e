import {closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {Problem} from '../core/result.ts'
import {fileErrorReason} from './file-errors.ts'

/**
 * Where the report goes (engine.md 11.5): the given file, a file with a time stamp inside the given directory, or
 * one in the current directory.
 */
export function resolveReportPath(given: string | undefined, now: Date): string {
  const name = `dynamo_replay_report_${timestamp(now)}.json`
  if (given === undefined) return join(process.cwd(), name)
  const path = tidyPath(given)
  return isDirectory(path) ? (path === '.' ? name : `${path.replace(/\/$/, '')}/${name}`) : path
}

/** Makes the directory of an output file, so that a bad path is known before a long run. */
export function checkOutputPath(flag: string, path: string): Problem | null {
  if (isDirectory(path)) return {message: `${flag}: cannot write ${path}: it is a directory`, field: flag}
  try {
    mkdirSync(dirname(path), {recursive: true})
  } catch (error) {
    return {message: `${flag}: cannot write ${path}: ${fileErrorReason(error)}`, field: flag}
  }
  return null
}

export function writeText(path: string, text: string): void {
  writeFileSync(path, text)
}

/** Writes many short lines without holding them all. */
export function writeLines(path: string, lines: Iterable<string>): void {
  const file = new LineFile(path)
  try {
    for (const line of lines) file.write(line)
  } finally {
    file.close()
  }
}

/** A file that short lines are written to as they come. */
export class LineFile {
  readonly #file: number
  #pending = ''

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  write(line: string): void {
    this.#pending += line
    if (this.#pending.length >= 1 << 16) this.#flush()
  }

  close(): void {
    try {
      this.#flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #flush(): void {
    writeSync(this.#file, this.#pending)
    this.#pending = ''
  }
}

/** The path as the reference prints it: without `.` parts and doubled slashes, `..` kept. */
function tidyPath(path: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  const tidy = `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`
  return tidy === '' ? '.' : tidy
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** Local time as YYYYmmdd_HHMMSS. */
function timestamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  return `${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`
}
