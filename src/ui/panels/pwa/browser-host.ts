import type {OfflineHost} from './offline.svelte.ts'

/** After the page has loaded: enough for a first look, so that storing a dozen megabytes slows nobody down. */
const QUIET_MS = 5000

interface NetworkInformation {
  readonly saveData?: boolean
}

export function browserHost(): OfflineHost {
  const {connection} = navigator as Navigator & {readonly connection?: NetworkInformation}
  return {
    // Not while developing: what is stored would hide what was just changed.
    serviceWorkers: import.meta.env.DEV ? null : (navigator.serviceWorker ?? null),
    savesData: connection?.saveData === true,
    whenQuiet,
    reload: () => location.reload(),
  }
}

async function whenQuiet(): Promise<void> {
  if (document.readyState !== 'complete') {
    await new Promise(resolve => addEventListener('load', resolve, {once: true}))
  }
  await new Promise(resolve => setTimeout(resolve, QUIET_MS))
  // Not every browser has it; the pause alone will do there.
  if ('requestIdleCallback' in window) {
    await new Promise(resolve => requestIdleCallback(resolve, {timeout: QUIET_MS}))
  }
}
