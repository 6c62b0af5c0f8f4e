import {existsSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

/** Folder of reference figures beside the project, or null on a machine without it. */
export const SHARED: string | null = findShared()

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

function findShared(): string | null {
  const folder =
    process.env.PLANNER_REPLAY_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url))
  if (existsSync(`${folder}/golden`)) return folder
  console.warn(
    'SKIPPED: the shared reference figures are absent; only the golden files of the project are tested',
  )
  return null
}
