/** Something about a trace that a run would swallow without a word, with what would set it right. */
export interface TraceOddity {
  readonly kind: OddityKind
  /** A sentence or two. */
  readonly text: string
  /** A flag of the command line and its value; the page offers it as a button. null = there is nothing to set. */
  readonly cure: OddityCure | null
}

export interface OddityCure {
  readonly flag: CureFlag
  readonly value: string
}

export type OddityKind =
  | 'time-unit'
  | 'block-size'
  | 'quantised'
  | 'one-burst'
  | 'idle'
  | 'order'
  | 'duplicates'
  | 'reuse'
  | 'too-long'
  | 'over-context'

export type CureFlag =
  | '--trace-columns'
  | '--trace-block-size'
  | '--trace-spread-ms'
  | '--trace-max-input'
  | '--trace-start-s'
  | '--trace-end-s'
  | '--trace-limit'
  | '--trace-leave-out'

/** The same as one note. */
export function tellOddity({text, cure}: TraceOddity): string {
  return cure === null ? text : `${text} To set it right: ${cure.flag} ${cure.value}.`
}
