import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {unknownModel} from '../src/perf/aic/request/request.ts'
import {ARCHITECTURES, UNSUPPORTED_ARCHITECTURES} from '../src/perf/models/architectures.ts'
import {CATALOGUE_MODELS, findModelLike} from '../src/perf/models/catalogue.ts'
import {reasonOf} from '../src/perf/models/named-families.ts'

const DOCUMENT = join(import.meta.dirname, '../docs/reference/models.md')
const ROWS = readFileSync(DOCUMENT, 'utf8')
  .split('\n')
  .filter(line => line.startsWith('|'))
  .slice(2)
  .map(line => {
    const [, models, architecture, , here] = line.split('|').map(cell => cell.trim())
    return {
      names: [...models!.matchAll(/`([^`]+)`/g)].map(match => match[1]!),
      architecture: architecture!,
      here: here!,
    }
  })

describe('docs/reference/models.md', () => {
  it('names every architecture that the code knows', () => {
    const told = ROWS.map(({architecture}) => architecture)
    const known = [...ARCHITECTURES.keys(), ...UNSUPPORTED_ARCHITECTURES.keys()]
    expect(known.filter(architecture => !told.includes(architecture))).toEqual([])
    expect(new Set(told).size).toBe(told.length)
  })

  it.each(ROWS)('is right about $architecture', ({names, architecture, here}) => {
    const [word, reason] = here.split(': ')
    expect(ARCHITECTURES.has(architecture)).toBe(word !== 'refused')
    if (word === 'refused') expect(reasonOf(architecture)).toContain(reason)
    for (const name of names) {
      const model = findModelLike(CATALOGUE_MODELS, name)
      if (word === 'works') expect(model?.architecture, name).toBe(architecture)
      else expect(model, name).toBeNull()
      if (word === 'refused') expect(unknownModel(name, CATALOGUE_MODELS), name).toContain(reason)
    }
  })
})
