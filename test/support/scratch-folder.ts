import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll} from 'vitest'

interface ScratchFolder {
  pathOf(name: string): string
  /** @returns where it is */
  written(name: string, content: string | Uint8Array): string
}

/** A folder that is there while the tests of a file run. */
export function scratchFolder(): ScratchFolder {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'planner-replay-'))
  })
  afterAll(() => rmSync(folder, {recursive: true}))
  const pathOf = (name: string) => join(folder, name)
  return {
    pathOf,
    written(name, content) {
      writeFileSync(pathOf(name), content)
      return pathOf(name)
    },
  }
}
