import {parseTrace} from './formats/parse-trace.ts'
import type {ReadOptions} from './formats/read-options.ts'

export interface BadLine {
  readonly line: number
  /** What is wrong with it, in a sentence. */
  readonly message: string
}

export interface BadLines {
  readonly lines: readonly BadLine[]
  /** More than are listed: then it is the format that is wrong, not the lines. */
  readonly hasMore: boolean
}

/** A file with more of them is another format. */
const MOST_LINES = 20

/** Every line that keeps a trace from being read: the file is read again without those found, until it can be. */
export function findBadLines(bytes: Uint8Array, fileName: string, options: ReadOptions = {}): BadLines {
  const lines: BadLine[] = []
  for (;;) {
    const leaveOut = lines.map(({line}) => line).join(',')
    const parsed = parseTrace(bytes, fileName, leaveOut === '' ? options : {...options, leaveOut})
    if (parsed.ok) return {lines, hasMore: false}
    const {message} = parsed.error
    const line = Number(/\bline (\d+)\b/.exec(message)?.[1])
    // What is said of the file, or of a line twice, is nothing that leaving out a line mends.
    if (!Number.isInteger(line) || lines.some(bad => bad.line === line) || lines.length === MOST_LINES)
      return {lines, hasMore: true}
    lines.push({line, message})
  }
}
