import {createHash} from 'node:crypto'

/** SHA-256 of bytes that follow one another, as lower-case hex: Node's own code takes them where they lie. */
export function nativeSha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
