const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA, TAB, NEWLINE, RETURN, SPACE] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x09, 0x0a, 0x0d, 0x20,
] as const

/**
 * A JSON array of objects as JSON lines, byte by byte and without building the objects: every comma between two of them
 * becomes the end of a line, and line ends within them become spaces. null for anything that is not such an array.
 */
export function arrayToLines(bytes: Uint8Array): Uint8Array | null {
  const start = firstVisible(bytes, 0)
  if (bytes[start] !== OPEN_LIST) return null
  const inner = firstVisible(bytes, start + 1)
  if (bytes[inner] !== OPEN) return null
  return objectsToLines(bytes.slice(inner))
}

/**
 * Objects that are each written over several lines, as `jq` and exporters write them, with one on each line. null where the
 * first one does not break its line right after it opens.
 */
export function prettyToLines(bytes: Uint8Array): Uint8Array | null {
  const start = firstVisible(bytes, 0)
  if (bytes[start] !== OPEN) return null
  let after = start + 1
  while (bytes[after] === SPACE || bytes[after] === TAB || bytes[after] === RETURN) after++
  return bytes[after] === NEWLINE ? objectsToLines(bytes.slice(start)) : null
}

/** In place. Objects stand side by side, or are the items of a list whose opening was passed. */
function objectsToLines(lines: Uint8Array): Uint8Array {
  let depth = 0
  let isInText = false
  for (let i = 0; i < lines.length; i++) {
    const byte = lines[i]!
    if (isInText) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) isInText = false
    } else if (byte === QUOTE) isInText = true
    else if (byte === OPEN || byte === OPEN_LIST) depth++
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--
      // The end of the array itself: what follows is not part of it.
      if (depth < 0) return lines.subarray(0, i)
    } else if (byte === COMMA && depth === 0) lines[i] = NEWLINE
    else if (depth > 0 && (byte === NEWLINE || byte === RETURN)) lines[i] = SPACE
  }
  return lines
}

function firstVisible(bytes: Uint8Array, from: number): number {
  // A byte order mark of UTF-8 counts as space.
  let at = from === 0 && bytes[0] === 0xef ? 3 : from
  while (bytes[at] === SPACE || (bytes[at]! >= 9 && bytes[at]! <= 13)) at++
  return at
}
