/**
 * `key=value&…` without URLSearchParams, which the DOM-free modules do not have. Both directions are total.
 */
export type Pair = readonly [key: string, value: string]

/** Longer links are not ours. */
export const MAX_LENGTH = 20_000

export function formatPairs(pairs: readonly Pair[]): string {
  return pairs.map(([key, value]) => `${encodeText(key)}=${encodeText(value)}`).join('&')
}

/** The pairs of a hash or query, later ones last; undecodable text is returned as it stands. */
export function parsePairs(text: string): readonly Pair[] {
  if (text.length > MAX_LENGTH) return []
  return text
    .replace(/^[#?]/, '')
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const equals = part.indexOf('=')
      return equals < 0
        ? [decodeText(part), '']
        : [decodeText(part.slice(0, equals)), decodeText(part.slice(equals + 1))]
    })
}

/** Slashes, colons and commas are legal in a hash and easier to read as they are. */
function encodeText(text: string): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd')
  return encodeURIComponent(wellFormed).replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',')
}

function decodeText(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
