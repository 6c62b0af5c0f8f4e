/** One entry of a chart's key: the page shows it, the saved picture draws it. */
export interface LegendEntry {
  readonly key: string
  readonly label: string
  /** CSS, theme variables and all. */
  readonly colour: string
  /** How the data are drawn; a line may have markers on it. */
  readonly mark: 'line' | 'marked-line' | 'dots' | 'box' | 'diamond' | 'star'
  readonly dash?: string
  /** Under the cursor; '' keeps its place, absent has none. */
  readonly value?: string
  /** Walked along by the keyboard. */
  readonly isFocused?: boolean
}

/** A line that is not to be crossed: drawn and named alike in every chart. */
export const RULE = {colour: 'var(--sla)', mark: 'line', dash: '2 3'} as const
