#!/usr/bin/env node
import module from 'node:module'
import {VERSION} from '../config/link/version.ts'
import {inlineFor} from './machine/inlining.ts'
import {jobOfThread} from './sweep/sweep-thread.ts'

// Node 22 and later keep the compiled code from one call to the next.
const loader: typeof module & {readonly enableCompileCache?: () => unknown} = module
loader.enableCompileCache?.()
// Until the length of the run is known.
inlineFor(0)

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
})

const argv = process.argv.slice(2)
// Where all of the tool is one file, that file is a thread's, too: the pool's module serves there.
if (jobOfThread() !== null) await import('./sweep/sweep-pool.ts')
else if (argv.length === 1 && argv[0] === '--version') process.stdout.write(`planner-replay ${VERSION}\n`)
else {
  const {runCli} = await import('./run-cli.ts')
  process.exitCode = await runCli(argv, {
    writeOut: text => process.stdout.write(text),
    writeError: text => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  })
}
