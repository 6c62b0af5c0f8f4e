import {defineConfig} from 'vite'
import {serverComponents} from './tools/vite-server-components.ts'

/** What every command line needs, and then what a replay needs: one file each, since every file costs its search. */
const TOGETHER: readonly {readonly name: string; readonly of: readonly string[]}[] = [
  {name: 'flags', of: ['src/cli/run-cli.ts', 'src/cli/help.ts']},
  {name: 'replay', of: ['src/cli/replay-command.ts']},
]

interface ModuleInfos {
  getModuleInfo(id: string): {readonly importedIds: readonly string[]} | null
}

/** The file of the bundle that a module goes to; null = wherever the bundler puts it. */
function createPlacement() {
  const placed = new Map<string, string>()
  const place = (id: string, name: string, modules: ModuleInfos) => {
    if (placed.has(id)) return
    placed.set(id, name)
    for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) place(imported, name, modules)
  }
  return (id: string, modules: ModuleInfos): string | null => {
    if (placed.size === 0)
      for (const {name, of} of TOGETHER)
        for (const path of of) place(`${import.meta.dirname}/${path}`, name, modules)
    return placed.get(id) ?? null
  }
}

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
    rolldownOptions: {
      output:
        mode === 'single'
          ? {entryFileNames: 'planner-replay.mjs', codeSplitting: false}
          : {
              entryFileNames: 'planner-replay.js',
              codeSplitting: {groups: [{name: createPlacement(), debugName: 'together'}]},
            },
    },
  },
  ssr: {noExternal: true},
}))
