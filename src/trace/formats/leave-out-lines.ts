const NEWLINE = 10
const SPACE = 32

/** The text with these lines (`3,17`, from 1) blank, which every reader passes over: the others keep their numbers. */
export function leaveOutLines(bytes: Uint8Array, leaveOut: string): Uint8Array {
  const wanted = new Set(leaveOut.split(',').map(Number))
  const last = Math.max(...wanted)
  const copy = bytes.slice()
  let start = 0
  for (let line = 1; line <= last && start < copy.length; line++) {
    const newline = copy.indexOf(NEWLINE, start)
    const end = newline < 0 ? copy.length : newline
    if (wanted.has(line)) copy.fill(SPACE, start, end)
    start = end + 1
  }
  return copy
}
