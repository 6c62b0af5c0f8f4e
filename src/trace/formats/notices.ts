/** @param subject what is read, as the sentence begins */
export function lengthsOnlyNotice(subject: string): string {
  return `${subject} holds lengths only: no two prompts share a prefix, so the prefix cache never helps in this replay.`
}

/** `1 request without WHAT was left out.`, after the file's name; none where none was. @param what they lack */
export function leftOutNotice(fileName: string, count: number, what: string): string[] {
  const left = requestsThat(count, `without ${what} was`, `without ${what} were`)
  return count === 0 ? [] : [`${fileName}: ${left} left out.`]
}

/** `1 request` with the verb of one, `3 requests` with that of several: the subject of a sentence. */
export function requestsThat(count: number, verbOfOne: string, verbOfMany: string): string {
  return count === 1 ? `1 request ${verbOfOne}` : `${count} requests ${verbOfMany}`
}

/** Of rows that failed in the recording. */
export function withoutTokensNotice(fileName: string, count: number): string[] {
  return leftOutNotice(fileName, count, 'input or output tokens')
}
