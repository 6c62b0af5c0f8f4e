import {svelte} from '@sveltejs/vite-plugin-svelte'
import {defineConfig} from 'vitest/config'
import {offline} from './tools/vite-offline.ts'
import {serverComponents} from './tools/vite-server-components.ts'
import {staticTraces} from './tools/vite-static-traces.ts'

/** What reads a bundled trace. */
const READING =
  /src\/(core\/(assert|grown|message-of|result|sha256)|config\/trace-options|trace\/formats\/(csv\/csv-columns|detect-json-lines|gzip|json-lines|mooncake))\.ts$/

export default defineConfig({
  base: './',
  plugins: [serverComponents(), svelte(), staticTraces(), offline()],
  worker: {
    format: 'es',
    // What the page opens with and later parts use, too, would be ten small files, which pack worse.
    rolldownOptions: {output: {codeSplitting: {groups: [{name: 'reading', test: READING}]}}},
  },
  build: {target: 'es2023', outDir: 'dist'},
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    // Else one core is left to itself, on two cores half of them.
    maxWorkers: '100%',
    // Left out by default; the stand-alone report carries its style sheets as text.
    css: {include: /\.css\?raw$/},
  },
})
