/** What the guide says of one preset; its description and scenario stand in `config/presets.ts`. */
export interface PresetPage {
  readonly id: string
  readonly question: string
  /** Parts of the results in the order to read them, and what to look for. */
  readonly look: readonly (readonly [part: string, what: string])[]
  /** What the bundled hour shows; its figures stand in a table above. */
  readonly shows: readonly string[]
  readonly next: readonly NextStep[]
  readonly caveats: readonly string[]
}

export interface NextStep {
  /** Of what is opened, without the version: keys of a shared link. */
  readonly link: string
  readonly text: string
  /** Its figures are in the table, and made with those of the presets. */
  readonly isMeasured?: boolean
}
