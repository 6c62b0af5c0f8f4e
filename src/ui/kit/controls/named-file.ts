/** A file on offer: made when it is asked for, not before. */
export interface NamedFile {
  /** On its button. */
  readonly label: string
  readonly name: string
  readonly isOff?: boolean
  make(): Blob | Promise<Blob>
}

export function textFile(text: string, type: string): Blob {
  return new Blob([text], {type})
}
