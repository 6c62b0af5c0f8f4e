import {strFromU8, strToU8} from 'fflate'

/** A line that is not the JSON the reader wants; `message` says what and where, without file and line. */
export class LineError extends Error {
  override name = 'LineError'
}

/** Nesting of values we do not even read; bounds the recursion that passes over them. */
const DEPTH_MAX = 1000
const U64_MAX = 18446744073709551615n

const QUOTE = 34
const PLUS = 43
const COMMA = 44
const MINUS = 45
const DOT = 46
const ZERO = 48
const COLON = 58
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/**
 * Reads one JSON object per line straight from bytes. `JSON.parse` would lose what matters here: bits of hash
 * ids above 2^53, repeated keys, and the difference between `5` and `5.0`; it also builds an array per line.
 */
export class JsonLineScanner {
  readonly #bytes: Uint8Array
  #lineStart = 0
  #at = 0
  #end = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  startLine(start: number, end: number): void {
    this.#lineStart = start
    this.#at = start
    this.#end = end
  }

  /** Calls `onField(keyStart, keyEnd)` with the scanner on the value of each key, which it must consume. */
  readObjectLine(onField: (key: Uint8Array, start: number, end: number) => void): void {
    this.#skipSpace()
    if (this.#peek() !== OPEN_BRACE) throw this.#mismatch('one JSON object')
    this.#at++
    this.#readMembers(onField)
    this.#skipSpace()
    if (this.#at < this.#end) throw this.#error('unexpected text after the object')
  }

  /** As `readObjectLine`, for an object that is the value of a field. */
  readObject(field: string, onField: (key: Uint8Array, start: number, end: number) => void): void {
    if (this.#peek() !== OPEN_BRACE) throw this.#mismatch(`${field} to be an object`)
    this.#at++
    this.#readMembers(onField)
  }

  /** True and consumed if the value is `null`. */
  takeNull(): boolean {
    if (this.#peek() !== 110) return false
    this.#expectWord('null')
    return true
  }

  /** Any finite JSON number. */
  readNumber(field: string): number {
    const start = this.#at
    if (!this.#startsNumber()) throw this.#mismatch(`${field} to be a number`)
    const integer = this.#scanNumber()
    const value =
      integer && this.#at - start <= 15 ? this.#smallInteger(start) : Number(this.#text(start, this.#at))
    if (!Number.isFinite(value)) throw this.#errorAt(start, `${field} is out of range`)
    return value
  }

  /** A JSON integer from 0 to 2^64 - 1, written without sign, point or exponent; rounded to a double. */
  readUnsigned(field: string): number {
    const start = this.#at
    const end = this.#scanUnsigned(field)
    return end - start <= 15 ? this.#smallInteger(start) : Number(this.#text(start, end))
  }

  /** Low 32 bits of a JSON integer from 0 to 2^64 - 1. */
  readUnsignedLow32(field: string): number {
    const start = this.#at
    const bytes = this.#bytes
    let low = 0
    let at = start
    // Products and sums modulo 2^32 give the low bits whatever the number's length.
    for (; at < this.#end; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      low = (Math.imul(low, 10) + digit) | 0
    }
    // Nearly every id is a few plain digits and a comma; anything else is looked at closely.
    const plain = at > start && at - start < 20 && (bytes[start] !== ZERO || at === start + 1)
    const closed = at < this.#end && (bytes[at] === COMMA || bytes[at] === CLOSE_BRACKET)
    if (plain && closed) this.#at = at
    else this.#scanUnsigned(field)
    return low >>> 0
  }

  /** Calls `onElement` with the scanner on each element of an array, which it must consume. */
  readArray(field: string, onElement: () => void): void {
    if (this.#peek() !== OPEN_BRACKET) throw this.#mismatch(`${field} to be an array`)
    this.#at++
    this.#skipSpace()
    if (this.#peek() === CLOSE_BRACKET) {
      this.#at++
      return
    }
    for (;;) {
      this.#skipSpace()
      onElement()
      this.#skipSpace()
      const next = this.#peek()
      if (next !== COMMA && next !== CLOSE_BRACKET) throw this.#mismatch('"," or "]"')
      this.#at++
      if (next === CLOSE_BRACKET) return
    }
  }

  readString(field: string): string {
    if (this.#peek() !== QUOTE) throw this.#mismatch(`${field} to be a string`)
    const start = this.#at
    this.#scanString()
    return this.#decodeString(start, this.#at)
  }

  /** Checks and passes over a value of any type. */
  skipValue(depth = 1): void {
    const next = this.#peek()
    if (depth > DEPTH_MAX) throw this.#error('nested too deeply')
    if (next === QUOTE) this.#decodeString(this.#at, this.#scanString())
    else if (next === OPEN_BRACE) this.#skipObject(depth)
    else if (next === OPEN_BRACKET) this.readArray('value', () => this.skipValue(depth + 1))
    else if (next === 116) this.#expectWord('true')
    else if (next === 102) this.#expectWord('false')
    else if (next === 110) this.#expectWord('null')
    else if (this.#startsNumber()) this.#scanNumber()
    else throw this.#mismatch('a value')
  }

  #skipObject(depth: number): void {
    this.#at++
    this.#readMembers(() => this.skipValue(depth + 1))
  }

  #readMembers(onField: (key: Uint8Array, start: number, end: number) => void): void {
    this.#skipSpace()
    if (this.#peek() === CLOSE_BRACE) {
      this.#at++
      return
    }
    for (;;) {
      this.#skipSpace()
      this.#readMember(onField)
      this.#skipSpace()
      const next = this.#peek()
      if (next !== COMMA && next !== CLOSE_BRACE) throw this.#mismatch('"," or "}"')
      this.#at++
      if (next === CLOSE_BRACE) return
    }
  }

  #readMember(onField: (key: Uint8Array, start: number, end: number) => void): void {
    if (this.#peek() !== QUOTE) throw this.#mismatch('a key in quotes')
    const start = this.#at
    const escaped = this.#scanStringEscapes()
    const end = this.#at
    this.#skipSpace()
    if (this.#peek() !== COLON) throw this.#mismatch('":"')
    this.#at++
    this.#skipSpace()
    if (!escaped) {
      onField(this.#bytes, start + 1, end - 1)
      return
    }
    const key = this.#decodeString(start, end)
    const bytes = Uint8Array.from(key, letter => Math.min(letter.charCodeAt(0), 255))
    onField(bytes, 0, bytes.length)
  }

  #skipSpace(): void {
    const bytes = this.#bytes
    while (this.#at < this.#end) {
      const byte = bytes[this.#at]!
      if (byte !== 32 && byte !== 9 && byte !== 13 && byte !== 10) return
      this.#at++
    }
  }

  /** The next byte, or -1 at the end of the line. */
  #peek(): number {
    return this.#at < this.#end ? this.#bytes[this.#at]! : -1
  }

  #startsNumber(): boolean {
    const next = this.#peek()
    return next === MINUS || isDigit(next)
  }

  /** Passes over a number by the JSON grammar; true if it is a plain run of digits. */
  #scanNumber(): boolean {
    let plain = true
    if (this.#peek() === MINUS) {
      this.#at++
      plain = false
    }
    this.#scanDigits(true)
    if (this.#peek() === DOT) {
      this.#at++
      this.#scanDigits(false)
      plain = false
    }
    const next = this.#peek()
    if (next === 101 || next === 69) {
      this.#at++
      const sign = this.#peek()
      if (sign === PLUS || sign === MINUS) this.#at++
      this.#scanDigits(false)
      plain = false
    }
    return plain
  }

  #scanDigits(leading: boolean): void {
    const start = this.#at
    while (isDigit(this.#peek())) this.#at++
    if (this.#at === start) throw this.#mismatch('a digit')
    if (leading && this.#at - start > 1 && this.#bytes[start] === ZERO) {
      throw this.#errorAt(start, 'a number may not start with 0')
    }
  }

  #scanUnsigned(field: string): number {
    const start = this.#at
    // The sentence is only made when it is needed: this runs for every number of a file.
    const wanted = () => `${field} to be a non-negative integer`
    if (!this.#startsNumber()) throw this.#mismatch(wanted())
    const plain = this.#scanNumber()
    const end = this.#at
    const fits = end - start < 20 || (plain && BigInt(this.#text(start, end)) <= U64_MAX)
    if (!plain || !fits) throw this.#errorAt(start, `expected ${wanted()}, got ${this.#text(start, end)}`)
    return end
  }

  #smallInteger(start: number): number {
    let value = 0
    for (let i = start; i < this.#at; i++) value = value * 10 + this.#bytes[i]! - ZERO
    return value
  }

  #scanString(): number {
    this.#scanStringEscapes()
    return this.#at
  }

  /** Passes over a string; true if it holds a backslash or a byte outside ASCII. */
  #scanStringEscapes(): boolean {
    const bytes = this.#bytes
    const start = this.#at
    let special = false
    for (let i = start + 1; i < this.#end; i++) {
      const byte = bytes[i]!
      if (byte === QUOTE) {
        this.#at = i + 1
        return special
      }
      if (byte === BACKSLASH) i++
      if (byte === BACKSLASH || byte > 126) special = true
      if (byte < 32) throw this.#errorAt(i, 'control character in a string')
    }
    throw this.#errorAt(start, 'string without an end')
  }

  #decodeString(start: number, end: number): string {
    const text = this.#text(start, end)
    if (text.includes('\ufffd')) this.#checkEncoding(start, text)
    try {
      return JSON.parse(text) as string
    } catch {
      throw this.#errorAt(start, 'string with a bad escape')
    }
  }

  /** Decoding puts U+FFFD for bytes that are no UTF-8; where it stood in the file, encoding gives the bytes back. */
  #checkEncoding(start: number, text: string): void {
    strToU8(text).forEach((byte, i) => {
      if (byte !== this.#bytes[start + i]) throw this.#errorAt(start, 'string is not UTF-8')
    })
  }

  #expectWord(word: string): void {
    if (this.#text(this.#at, Math.min(this.#at + word.length, this.#end)) !== word) {
      throw this.#mismatch('a value')
    }
    this.#at += word.length
  }

  #text(start: number, end: number): string {
    return strFromU8(this.#bytes.subarray(start, end))
  }

  #mismatch(wanted: string): LineError {
    return this.#error(`expected ${wanted}, got ${describe(this.#peek())}`)
  }

  #error(message: string): LineError {
    return this.#errorAt(this.#at, message)
  }

  #errorAt(at: number, message: string): LineError {
    return new LineError(`${message} (column ${at - this.#lineStart + 1})`)
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}

function describe(byte: number): string {
  if (byte < 0) return 'the end of the line'
  if (byte === QUOTE) return 'a string'
  if (byte === OPEN_BRACE) return 'an object'
  if (byte === OPEN_BRACKET) return 'an array'
  if (byte === MINUS || isDigit(byte)) return 'a number'
  if (byte === 116 || byte === 102) return 'true or false'
  if (byte === 110) return 'null'
  return byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`
}
