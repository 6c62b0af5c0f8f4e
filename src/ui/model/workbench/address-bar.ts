/** The page's address and its history, as far as the workbench writes them. */
export interface AddressBar {
  readonly hash: string
  /** A new entry, which Back leaves again. */
  push(hash: string): void
  /** The current entry with another address, as editing changes it. */
  replace(hash: string): void
}
