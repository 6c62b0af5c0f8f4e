import {messageOf} from '../core/message-of.ts'

/** Said whenever a write found no room, so that the page can offer to make some. */
export const STORAGE_FULL =
  'The browser’s storage for this site is full: delete saved runs in the Library to make room.'

/** What a reader should know and can do when the browser refuses to store. */
export function storageProblem(error: unknown): string {
  const name = nameOf(error)
  if (name === 'QuotaExceededError') return STORAGE_FULL
  if (name === 'SecurityError' || name === 'InvalidStateError' || name === 'ReferenceError')
    return 'This browser does not let the page store anything (a private window, or storage is switched off).'
  if (name === 'BlockedError')
    return 'Another tab with an older version of this page holds the storage: close it, then reload this one.'
  if (name === 'TimeoutError')
    return 'The browser’s storage does not answer: reload the page, or start the browser again.'
  return `The browser’s storage did not answer as it should: ${messageOf(error).replace(/\.+$/, '')}.`
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : ''
}
