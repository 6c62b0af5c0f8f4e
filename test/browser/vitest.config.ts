import {fileURLToPath} from 'node:url'
import {defineConfig} from 'vitest/config'

/** Tests of the built site in a real Chromium; `npm test -- cli site browser` builds what they need first. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: 'test/browser/serve-site.ts',
    // One page at a time: the run under test has its own Web Worker, and timings are measured.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
