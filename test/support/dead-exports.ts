export interface SourceFile {
  readonly path: string
  /** Without its comments. */
  readonly code: string
  readonly isTest: boolean
}

/** Exports that tests alone import, each with the reason it stands in `src`. */
export const FOR_TESTS: Readonly<Record<string, string>> = {
  'src/bench/fleet-plan.ts: constantPlan': 'the fixed fleets that the law of hindsight begins with',
  'src/bench/hindsight.ts: bestFixed': 'what the law of hindsight compares with',
  'src/config/scaling/parse-hpa-spec.ts: parseHpaSpec':
    'a manifest’s spec alone, as recorded timelines have it',
  'src/config/scaling/parse-keda-spec.ts: parseKedaSpec': 'likewise',
  'src/trace/formats/mooncake.ts: parseMooncake':
    'the whole reader in one call, which laws and golden runs go through',
  'src/ui/panels/guide/preset-pages.ts: measuredLinks': 'the links whose figures the guide quotes',
}

/** Exports of rooms whose user is not here yet. */
export const WAITING: readonly string[] = ['src/bench/run-bench.ts: scenarioOfRow']

const VALUE = /^export\s+(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|let|enum)\s+(\w+)/gm
const TYPE = /^export\s+(?:interface|type)\s+(\w+)/gm

/**
 * Exports that serve nobody: values that no code imports (a test may keep one that its own file uses, too), and types that
 * are named nowhere. Types of a signature stand with it, imported or not.
 * @param resolve the path of an import's target
 * @param mentions text that counts as use wherever a name occurs in it: tools that take a bundle apart by name
 */
export function deadExports(
  files: readonly SourceFile[],
  resolve: (path: string, target: string) => string,
  mentions: string,
): readonly string[] {
  const byCode = new Map<string, Set<string>>()
  const byTests = new Map<string, Set<string>>()
  for (const file of files)
    for (const {target, names} of importedNames(file.code)) {
      const users = file.isTest ? byTests : byCode
      const at = resolve(file.path, target)
      users.set(at, new Set([...(users.get(at) ?? []), ...names]))
    }
  return files
    .filter(({path, isTest}) => path.startsWith('src/') && path.endsWith('.ts') && !isTest)
    .flatMap(({path, code}) => {
      if (byCode.get(path)?.has('*')) return []
      const isUsed = (name: string) => byCode.get(path)?.has(name) === true || occurs(mentions, name) > 0
      const isTested = (name: string) => byTests.get(path)?.has(name) || byTests.get(path)?.has('*')
      const values = namesOf(code, VALUE).filter(
        name => !isUsed(name) && !(isTested(name) && occurs(code, name) > 1),
      )
      const types = namesOf(code, TYPE).filter(
        name => !isUsed(name) && !isTested(name) && occurs(code, name) < 2,
      )
      return [...values, ...types].map(name => `${path}: ${name}`)
    })
}

function namesOf(code: string, pattern: RegExp): readonly string[] {
  return [...code.matchAll(pattern)].map(match => match[1]!)
}

function occurs(text: string, name: string): number {
  return text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0
}

/** Tests and what they share: fixtures stand beside the code they are of. */
export function isTestCode(path: string): boolean {
  return path.startsWith('test/') || /(\.test|-fixture)\.ts$/.test(path)
}

/** `*` where a module is taken as a whole. */
function importedNames(
  code: string,
): readonly {readonly target: string; readonly names: readonly string[]}[] {
  const named = [...code.matchAll(/^\s*(?:import|export)\s+([^'";]*?)\bfrom\s*'([^']+)'/gm)].map(
    ([, clause, target]) => ({target: target!, names: clause!.includes('*') ? ['*'] : namesIn(clause!)}),
  )
  const whole = [...code.matchAll(/\b(?:import\(|new URL\()\s*'([^']+)'/g)].map(([, target]) => ({
    target: target!,
    names: ['*'],
  }))
  return [...named, ...whole].filter(({target}) => target.startsWith('.'))
}

function namesIn(clause: string): readonly string[] {
  const list = /\{([^}]*)\}/.exec(clause)?.[1] ?? ''
  return list
    .split(',')
    .map(
      name =>
        name
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+/)[0]!,
    )
    .filter(name => name !== '')
}
