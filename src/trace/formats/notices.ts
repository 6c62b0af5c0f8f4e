/** @param subject what is read, as the sentence begins */
export function lengthsOnlyNotice(subject: string): string {
  return `${subject} holds lengths only: no two prompts share a prefix, so the prefix cache never helps in this replay.`
}

/** Of rows that were left out; none where none was. */
export function withoutTokensNotice(fileName: string, count: number): string[] {
  return count === 0 ? [] : [`${fileName}: ${count} requests without input or output tokens were left out.`]
}
