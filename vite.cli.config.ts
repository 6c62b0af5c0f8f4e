import {defineConfig} from 'vite'
import {serverComponents} from './tools/vite-server-components.ts'

/**
 * The command line tool for Node: `dist-cli/planner-replay.js` with the parts it loads when they are needed, or with
 * `--mode single` all of it in one file, `dist-single/planner-replay.mjs`.
 */
export default defineConfig(({mode}) => ({
  publicDir: false,
  plugins: [serverComponents()],
  build: {
    ssr: 'src/cli/main.ts',
    outDir: mode === 'single' ? 'dist-single' : 'dist-cli',
    target: 'node20',
    rollupOptions: {
      output:
        mode === 'single'
          ? {entryFileNames: 'planner-replay.mjs', codeSplitting: false}
          : {entryFileNames: 'planner-replay.js'},
    },
  },
  ssr: {noExternal: true},
}))
