import {defineConfig} from 'vite'

/** The command line tool as one Node bundle, `dist-cli/planner-replay.js`. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    target: 'node20',
    rollupOptions: {output: {entryFileNames: 'planner-replay.js'}},
  },
  ssr: {noExternal: true},
})
