import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {loadWarmup} from './load-warmup.ts'

let folder = ''
const row = (timestamp: number) => JSON.stringify({timestamp, input_length: 10, output_length: 2})

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmup-'))
  for (const day of ['monday', 'tuesday']) mkdirSync(join(folder, day))
  writeFileSync(join(folder, 'monday/b.jsonl'), row(2))
  writeFileSync(join(folder, 'monday/a.jsonl.gz'), gzipSync(row(1)))
  writeFileSync(join(folder, 'monday/.hidden.jsonl'), row(9))
  writeFileSync(join(folder, 'monday/notes.txt'), 'no trace')
  writeFileSync(join(folder, 'tuesday/c.jsonl'), row(3))
  writeFileSync(join(folder, 'tuesday/c.jsonl.gz'), gzipSync(row(3)))
  writeFileSync(join(folder, 'tuesday/d+1.jsonl'), row(4))
})

afterAll(() => rmSync(folder, {recursive: true}))

async function times(pattern: string): Promise<unknown> {
  const loaded = await loadWarmup(join(folder, pattern))
  return loaded.ok ? loaded.value.map(({text}) => JSON.parse(text).timestamp) : loaded.error.message
}

test('a warm-up trace is a file, a folder, or what a pattern names, in the order of the paths', async () => {
  expect(await times('monday/a.jsonl.gz')).toEqual([1])
  expect(await times('monday')).toEqual([9, 1, 2])
  expect(await times('monday/*.jsonl')).toEqual([2])
  expect(await times('*/[bd]*.jsonl')).toEqual([2, 4])
  expect(await times('*day/?.jsonl.gz')).toEqual([1, 3])
  expect(await times('*/d+1.jsonl')).toEqual([4])
  expect(await times('monday/[!a].jsonl')).toEqual([2])
  expect(await times('**/[abd]*.jsonl*')).toEqual([1, 2, 4])
  expect(await times('monday/.*.jsonl')).toEqual([9])
})

test('two copies of a file, and none at all, are refused', async () => {
  expect(await times('tuesday')).toMatch(/c.jsonl.gz is there uncompressed, too/)
  expect(await times('tuesday/c.jsonl*')).toMatch(/leave one of the copies out/)
  expect(await times('friday/*.jsonl')).toMatch(/names no .jsonl/)
  expect(await times('friday')).toMatch(/cannot read/)
})

test('a folder counts with all that is below it', async () => {
  expect(await times('.')).toMatch(/uncompressed, too/)
  rmSync(join(folder, 'tuesday/c.jsonl.gz'))
  expect(await times('.')).toEqual([9, 1, 2, 3, 4])
})
