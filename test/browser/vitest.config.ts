import {fileURLToPath} from 'node:url'
import {defineConfig} from 'vitest/config'

/** Files that hold times, or what the main thread is busy with, to a limit: one page at a time, after all others. */
const TIMED = [
  'compare',
  'faults',
  'findings',
  'interaction',
  'links',
  'main-job',
  'responsiveness',
  'sweep',
].map(name => `test/browser/${name}.browser.ts`)

const shared = {
  globalSetup: 'test/browser/serve-site.ts',
  testTimeout: 60_000,
  hookTimeout: 60_000,
} as const

/** Tests of the built site in a real Chromium; `npm test -- cli site browser` builds what they need first. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'site',
          include: ['test/browser/**/*.browser.ts'],
          exclude: TIMED,
          maxWorkers: 2,
          // Two browsers on two cores: what the other one does may make a page miss its time, but not twice.
          retry: 1,
          sequence: {groupOrder: 0},
        },
      },
      {
        test: {
          ...shared,
          name: 'site, timed',
          include: TIMED,
          fileParallelism: false,
          sequence: {groupOrder: 1},
        },
      },
    ],
  },
})
