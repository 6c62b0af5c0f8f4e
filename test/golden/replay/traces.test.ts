import {createHash} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {generateTrace, type TraceGenerator} from '../../../src/trace/generators/generate.ts'

interface GoldenFile {
  readonly generator: TraceGenerator
  readonly trace_sha256: string
}

const directory = 'test/golden/replay'
const names = readdirSync(directory).filter(name => name.endsWith('.json'))

describe('the traces of the golden files', () => {
  it.each(names)('%s: the generator still makes the bytes the reference replayed', name => {
    const golden = JSON.parse(readFileSync(`${directory}/${name}`, 'utf8')) as GoldenFile
    const text = generateTrace(golden.generator)
    expect(createHash('sha256').update(text).digest('hex')).toBe(golden.trace_sha256)
  })
})
