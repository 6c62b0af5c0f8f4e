import {fileURLToPath} from 'node:url'
import type {TestProject} from 'vitest/node'
import {StaticServer} from './static-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    siteUrl: string
  }
}

export const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** One server of the built site for all files of tests. */
export default async function serveSite(project: TestProject): Promise<() => Promise<void>> {
  const server = await StaticServer.start(DIST)
  project.provide('siteUrl', server.url)
  return () => server.stop()
}
