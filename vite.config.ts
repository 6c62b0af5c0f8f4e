import {svelte} from '@sveltejs/vite-plugin-svelte'
import {defineConfig} from 'vitest/config'
import {offline} from './tools/vite-offline.ts'
import {serverComponents} from './tools/vite-server-components.ts'
import {staticTraces} from './tools/vite-static-traces.ts'

export default defineConfig({
  base: './',
  plugins: [serverComponents(), svelte(), staticTraces(), offline()],
  worker: {format: 'es'},
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
