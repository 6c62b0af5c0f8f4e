import {fail, ok, type Result} from '../../core/result.ts'

/** One command of a pasted text: what a shell would hand to the program. */
export interface ShellCommand {
  readonly words: readonly string[]
  /** What a shell would have acted on and this page does not: redirections and variables. */
  readonly ignored: readonly string[]
}

/** Between these stand commands of their own. */
const SEPARATORS = new Set(['\n', ';', '|', '&'])

/**
 * Splits text as a POSIX shell does: quotes, `$'…'`, backslashes, continued lines, comments, several commands.
 * Nothing is expanded. A quote that is never closed is an error, because what follows would be read as one word:
 * the packages for this mend it in silence and replace variables by nothing.
 */
export function splitShellWords(text: string): Result<readonly ShellCommand[]> {
  const commands: ShellCommand[] = []
  let words: string[] = []
  let ignored: string[] = []
  let at = 0
  const source = text.replaceAll('\r\n', '\n')
  const end = () => {
    if (words.length + ignored.length > 0) commands.push({words, ignored})
    words = []
    ignored = []
  }
  while (at < source.length) {
    const rest = source.slice(at)
    const skipped = /^(?:[ \t]|\\\n|#[^\n]*)/.exec(rest)
    const redirection = /^(?:\d*(?:>>|>&|<<|<&|>|<)|&>>?)[ \t]*[^\s;|&]*/.exec(rest)
    if (skipped !== null) at += skipped[0].length
    else if (redirection !== null) {
      ignored.push(redirection[0].trim())
      at += redirection[0].length
    } else if (SEPARATORS.has(source[at]!)) {
      end()
      at++
    } else {
      const word = readWord(source, at)
      if (!word.ok) return word
      words.push(word.value.text)
      if (word.value.hasVariable) ignored.push(`the value of a variable in ${word.value.text}`)
      at = word.value.end
    }
  }
  end()
  return ok(commands)
}

interface Word {
  readonly text: string
  readonly end: number
  readonly hasVariable: boolean
}

function readWord(source: string, start: number): Result<Word> {
  let text = ''
  let hasVariable = false
  let at = start
  while (at < source.length && !/[\s;|&<>]/.test(source[at]!)) {
    const piece = readPiece(source, at)
    if (piece === null) return fail(unclosed(source, at))
    text += piece.text
    hasVariable ||= piece.hasVariable
    at = piece.end
  }
  return ok({text, end: at, hasVariable})
}

/** A quoted part, an escape or one plain character; null = the quote is never closed. */
function readPiece(source: string, at: number): Word | null {
  const rest = source.slice(at, at + 2)
  if (rest === "$'") return readAnsi(source, at)
  if (rest[0] === "'") {
    const close = source.indexOf("'", at + 1)
    return close < 0 ? null : {text: source.slice(at + 1, close), end: close + 1, hasVariable: false}
  }
  if (rest[0] === '"') return readDouble(source, at)
  if (rest === '\\\n') return {text: '', end: at + 2, hasVariable: false}
  if (rest[0] === '\\') return {text: rest[1] ?? '\\', end: at + 2, hasVariable: false}
  return {text: rest[0]!, end: at + 1, hasVariable: isVariable(source, at)}
}

/** Only these characters are escaped inside double quotes; before others the backslash stays. */
function readDouble(source: string, start: number): Word | null {
  let text = ''
  let hasVariable = false
  for (let at = start + 1; at < source.length; at++) {
    const character = source[at]!
    if (character === '"') return {text, end: at + 1, hasVariable}
    const next = source[at + 1] ?? ''
    if (character === '\\' && '$`"\\\n'.includes(next) && next !== '') {
      if (next !== '\n') text += next
      at++
    } else {
      hasVariable ||= isVariable(source, at)
      text += character
    }
  }
  return null
}

const ANSI: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'}

function readAnsi(source: string, start: number): Word | null {
  let text = ''
  for (let at = start + 2; at < source.length; at++) {
    const character = source[at]!
    if (character === "'") return {text, end: at + 1, hasVariable: false}
    if (character === '\\') {
      at++
      const escaped = source[at] ?? ''
      text += ANSI[escaped] ?? escaped
    } else text += character
  }
  return null
}

function isVariable(source: string, at: number): boolean {
  return /^(?:\$[\w{(]|`)/.test(source.slice(at, at + 2))
}

function unclosed(source: string, at: number): string {
  const line = source.slice(0, at).split('\n').length
  const quote = source[at] === '$' ? "$'" : source[at]
  const start = source.slice(at, at + 24).split('\n')[0]
  return `line ${line}: the quote ${quote} is never closed, from ${start}`
}
