/** Bytes that are looked at where no mark says what the text is. */
const LOOKED_AT = 64

/**
 * The text of bytes that hold UTF-16, of either byte order: told by a byte order mark (which is left out), or by every other byte of
 * the beginning being zero, as in text of Latin letters alone. null for anything else.
 */
export function decodeUtf16(bytes: Uint8Array): string | null {
  const marked = markedOrder(bytes)
  const order = marked ?? guessedOrder(bytes)
  if (order === null) return null
  const [low, high] = order === 'little' ? [0, 1] : [1, 0]
  const chunks: string[] = []
  const units = new Uint16Array(0x2000)
  for (let at = marked === null ? 0 : 2; at + 1 < bytes.length; ) {
    let count = 0
    for (; count < units.length && at + 1 < bytes.length; at += 2)
      units[count++] = bytes[at + low]! | (bytes[at + high]! << 8)
    chunks.push(String.fromCharCode(...units.subarray(0, count)))
  }
  return chunks.join('')
}

type ByteOrder = 'little' | 'big'

function markedOrder(bytes: Uint8Array): ByteOrder | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'little'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'big' : null
}

function guessedOrder(bytes: Uint8Array): ByteOrder | null {
  const head = bytes.subarray(0, LOOKED_AT)
  if (head.length < 4) return null
  const zeroAt = (odd: number) => head.every((byte, i) => (byte === 0) === (i % 2 === odd))
  if (zeroAt(1)) return 'little'
  return zeroAt(0) ? 'big' : null
}
