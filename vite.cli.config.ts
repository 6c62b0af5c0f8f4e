import {defineConfig} from 'vite'
import {serverComponents} from './tools/vite-server-components.ts'

/** The command line tool as one Node bundle, `dist-cli/planner-replay.js`. */
export default defineConfig({
  publicDir: false,
  plugins: [serverComponents()],
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    target: 'node20',
    rollupOptions: {output: {entryFileNames: 'planner-replay.js'}},
  },
  ssr: {noExternal: true},
})
