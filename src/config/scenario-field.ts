import type {FlagGroup} from './command-line/flag.ts'
import type {Field} from './field.ts'
import type {Release} from './release.ts'
import type {ScenarioLens} from './scenario-lens.ts'

/**
 * One of the scenario's own fields: all that form, address, command line, sweeps and differences need to know of it. Its
 * key is the flag's name with `_`, and the name sweeps and the form have for it.
 */
export type ScenarioField = Field<string, FormGroup> &
  ScenarioLens & {
    /** `ours` never gets into a command line for the reference. */
    readonly owner: 'reference' | 'ours'
    /** Key in links: public, so it is migrated and never renamed. */
    readonly link: string
    /** Links name the sections of a scenario in one order; the field stands after this one. */
    readonly linkAfter: 'trace' | 'fleet' | 'scaling' | 'traffic'
    readonly flagGroup: FlagGroup
    readonly metavar?: string
    /** Whether a sweep may vary it. */
    readonly isKnob: boolean
    /** The field does nothing without it. */
    readonly needs?: 'planner'
    /** Only this release knows it. */
    readonly only?: Release
    /** Values that the reference does not know either, although it knows the flag. */
    readonly isOurs?: (value: string) => boolean
  }

/** Where it stands in the form; `picked` = a control of its own. */
export type FormGroup = 'trace' | 'run' | 'picked'
