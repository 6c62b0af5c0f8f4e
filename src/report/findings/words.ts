/** Numbers in the sentences of findings: rounded for reading; `Finding.figures` has them whole. */

/** Simulated time as `6:09`, from an hour on `1:06:09`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** A length of time in the unit a person would choose: `40 s`, `12 min`, `1.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${trimmed(seconds, 1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${trimmed(seconds / 3600, 1)} h`
}

/** A latency: `925 ms`, `2.4 s`, `120 s`. */
export function latency(ms: number): string {
  if (ms < 10) return `${trimmed(ms, 1)} ms`
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${trimmed(ms / 1000, 1)} s` : `${count(Math.round(ms / 1000))} s`
}

/** A whole number with thousands apart. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Tokens, shortened from ten thousand on: `12.6M`, `173k`. */
export function tokens(value: number): string {
  if (value >= 1e6) return `${trimmed(value / 1e6, 1)}M`
  return value >= 1e4 ? `${Math.round(value / 1e3)}k` : count(value)
}

/** A share of one: `71 %`, with a digit more where objectives lie and where it would read as all or nothing. */
export function percent(share: number): string {
  const value = share * 100
  const isNearEnd = value > 90 && value < 100 ? true : value > 0 && value < 5
  return `${trimmed(value, isNearEnd ? 1 : 0)} %`
}

/** GPU-hours or another amount to two digits, a small one to three. */
export function amount(value: number): string {
  return trimmed(value, Math.abs(value) < 1 ? 3 : 2)
}

/** `1 instance`, `3 instances`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return digits > 0 ? text.replace(/\.?0+$/, '') : text
}
