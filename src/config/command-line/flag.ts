/** How the value of a command line flag is read; `switch` takes none. */
type FlagType = 'text' | 'integer' | 'number' | 'choice' | 'switch'

export interface Flag {
  readonly name: `--${string}`
  readonly type: FlagType
  readonly choices?: readonly string[]
  /** Shown in the help; undefined = not given. */
  readonly default?: string
  readonly metavar?: string
  /** `reference`: of `python -m dynamo.replay` 1.2.1, or a keyword of 1.6.1's replay call, or both (`releasesOfFlag`). */
  readonly origin: 'reference' | 'planner-replay'
  readonly group: FlagGroup
  readonly help: string
}

export type FlagGroup = 'Trace' | 'Fleet' | 'Planner' | 'Router' | 'Synthetic traffic' | 'Output' | 'Other'
export const FLAG_GROUPS: readonly FlagGroup[] = [
  'Trace',
  'Fleet',
  'Planner',
  'Router',
  'Synthetic traffic',
  'Output',
  'Other',
]
