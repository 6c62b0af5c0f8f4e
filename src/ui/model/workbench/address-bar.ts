/** The page's address and its history, as far as the workbench writes them. */
export interface AddressBar {
  readonly hash: string
  /** The link whose run the current entry of the history was made for; null = none. */
  readonly ranHash: string | null
  /** A new entry, which Back leaves again. */
  push(hash: string, ranHash: string | null): void
  /** The current entry with another address, as editing changes it. */
  replace(hash: string): void
}
