/** Where a command writes. */
export interface Terminal {
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
  /** The error stream is watched by a person, so a line may be redrawn. */
  readonly isTerminal: boolean
}
