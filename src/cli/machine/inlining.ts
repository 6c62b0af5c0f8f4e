import {setFlagsFromString} from 'node:v8'

/** V8's own limit of what is inlined into one function, in bytes of bytecode. */
const USUAL = 920
const LITTLE = 300
/** Requests up to which compiling less saves more than calls cost. */
const MOST_SHORT = 300_000

/**
 * A third of the CPU of a short run is V8's optimising compiler, most of it on code that was inlined; a long run is faster with it.
 * @param requests of the run that comes next
 */
export function inlineFor(requests: number): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${requests > MOST_SHORT ? USUAL : LITTLE}`)
}
