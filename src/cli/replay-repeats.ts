import {type SpreadRepeats, spreadRepeatsOf} from '../answers/spread-repeats.ts'
import type {Scenario} from '../config/scenario.ts'
import {fail, ok, type Result} from '../core/result.ts'
import {NO_REPEATS, type Repeats, repeatsOf} from '../sweep/repeats.ts'
import {recipeOfTrace} from './trace/load-trace.ts'
import {readTraceBytes, traceName} from './trace/trace-files.ts'

/** As many as a sweep takes per point. */
const MOST_REPEATS = 99

/** Runs in all, the one asked for included, and what they differ in. */
export function readRepeats(flags: ReadonlyMap<string, string>): Result<Repeats> {
  const given = (['phase', 'order'] as const).map(of => ({
    of,
    flag: `--${of}s`,
    count: Number(flags.get(`--${of}s`) ?? 1),
  }))
  const wrong = given.find(({count}) => !(count >= 1 && count <= MOST_REPEATS))
  if (wrong !== undefined)
    return fail(`argument ${wrong.flag}: must be from 1 to ${MOST_REPEATS}, got ${wrong.count}`, wrong.flag)
  const [asked, other] = given.filter(({count}) => count > 1)
  if (other !== undefined)
    return fail('--phases and --orders are two kinds of repeats: give one of them', '--orders')
  return ok(asked === undefined ? NO_REPEATS : {of: asked.of, count: asked.count})
}

/**
 * The runs that were asked for besides the first. Where nothing looks at the fleet there is no phase to shift: then its traffic
 * is generated anew, if it is of those that are generated, and `of` says so.
 */
export function askedRepeats(
  scenario: Scenario,
  {of, count}: Repeats,
  paths: readonly string[],
): SpreadRepeats {
  if (of === 'order' || count === 1) {
    const [, ...repeats] = repeatsOf(scenario, {of, count}, null)
    return {of, repeats}
  }
  return spreadRepeatsOf(scenario, seedOfFile(scenario, paths), count)
}

/** Told by the file's bytes; the standard input cannot be read twice. */
function seedOfFile({synthetic}: Scenario, paths: readonly string[]): number | null {
  if (synthetic !== undefined || paths.includes('-')) return null
  const bytes = readTraceBytes(paths)
  return bytes.ok ? (recipeOfTrace(bytes.value, traceName(paths))?.spec.seed ?? null) : null
}
