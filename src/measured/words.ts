/** `+24.1 ms`, `−1.20 s`: signed, three digits. */
export function formatLatency(ms: number): string {
  const size = Math.abs(ms)
  const text = size >= 1000 ? `${digits(size / 1000)} s` : `${digits(size)} ms`
  return `${ms < 0 ? '−' : '+'}${text}`
}

export function formatFactor(factor: number): string {
  return digits(factor)
}

/** `+12 %`, `−3.1 %`. */
export function formatError(share: number): string {
  return `${share < 0 ? '−' : '+'}${digits(Math.abs(share) * 100)} %`
}

/** Three significant digits, without an exponent. */
function digits(value: number): string {
  return String(Number(value.toPrecision(3)))
}
