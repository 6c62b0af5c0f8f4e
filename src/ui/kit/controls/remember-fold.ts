import type {Attachment} from 'svelte/attachments'
import {readStored, writeStored} from '../persisted.svelte.ts'

const STORAGE_KEY = 'planner-replay-folds'
const acrossVisits = () => localStorage

type Folds = Readonly<Record<string, boolean>>

/**
 * Leaves a fold as the user left it, over visits. Only what the user does is noted: the page itself opens one where there is
 * something to mend.
 *
 * @param name of the fold, one to a page
 */
export function rememberFold(name: string): Attachment<HTMLDetailsElement> {
  return element => {
    const left = readFolds()[name]
    if (left !== undefined) element.open = left
    const note = (event: Event) => {
      const summary = (event.target as Element).closest('summary')
      // A click is heard before the fold follows it.
      if (summary?.parentElement === element) writeFold(name, !element.open)
    }
    element.addEventListener('click', note)
    return () => element.removeEventListener('click', note)
  }
}

/** Opened for a reason, such as something to mend, and left open when it is gone: the next value is typed there. */
export function opensFor(hasReason: () => boolean): Attachment<HTMLDetailsElement> {
  return element => {
    if (hasReason()) element.open = true
  }
}

function readFolds(): Folds {
  try {
    const folds: unknown = JSON.parse(readStored(acrossVisits, STORAGE_KEY) ?? '{}')
    return typeof folds === 'object' && folds !== null ? (folds as Folds) : {}
  } catch {
    return {}
  }
}

function writeFold(name: string, isOpen: boolean): void {
  writeStored(acrossVisits, STORAGE_KEY, JSON.stringify({...readFolds(), [name]: isOpen}))
}
