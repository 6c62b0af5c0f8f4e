/** Order of package versions as PEP 440 has it, for the forms that occur: 1.3.0rc20, 0.5.6.post2, 0.24.0. */
export function compareVersions(a: string, b: string): number {
  const left = sortKey(a)
  const right = sortKey(b)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a directory is named by a version at all: development builds carry the commit they were made of. */
export function isVersion(name: string): boolean {
  return VERSION.test(name)
}

const VERSION = /^(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+)|\.post(\d+))?$/

/** Four release numbers, then the stage (candidate < final < post), then the number within the stage. */
function sortKey(version: string): number[] {
  const match = VERSION.exec(version)
  if (match === null) throw new Error(`cannot order version ${version}`)
  const release = match[1]!.split('.').map(Number)
  while (release.length < 4) release.push(0)
  const stage = match[2] === undefined ? (match[4] === undefined ? 3 : 4) : ['a', 'b', 'rc'].indexOf(match[2])
  return [...release, stage, Number(match[3] ?? match[4] ?? 0)]
}
