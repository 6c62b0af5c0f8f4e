import {readStored, writeStored} from '../../kit/persisted.svelte.ts'

const STORAGE_KEY = 'planner-replay-shown-run'
const inThisTab = () => sessionStorage

/** Notes which saved run is on screen, for the page that loads next in this tab. */
export function rememberShown(id: string | null): void {
  writeStored(inThisTab, STORAGE_KEY, id)
}

/** The run noted last, once. Where storage is forbidden it is found in the library, if anywhere. */
export function takeShown(): string | null {
  const id = readStored(inThisTab, STORAGE_KEY)
  writeStored(inThisTab, STORAGE_KEY, null)
  return id
}
