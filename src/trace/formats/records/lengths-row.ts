/** One request, under names that the reader of lengths knows. Times in ms since whenever the recorder says. */
export interface LengthsRow {
  readonly timestamp_ms?: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly session_id?: string
  /** After the turn before it. */
  readonly delay_ms?: number
}
