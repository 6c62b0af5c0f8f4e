#!/usr/bin/env node
import {runCli} from './run-cli.ts'
import {isSweepThread, serveSweepThread} from './sweep/sweep-pool.ts'

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
})

if (isSweepThread()) serveSweepThread()
else {
  process.exitCode = await runCli(process.argv.slice(2), {
    writeOut: text => process.stdout.write(text),
    writeError: text => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  })
}
