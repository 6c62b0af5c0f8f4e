import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {strFromU8, strToU8} from 'fflate'
import {describe, expect, it} from 'vitest'
import {type Catalogue, checkTraceBytes, isGenerated, isRemote, parseCatalogue} from './catalogue.ts'
import {gunzip} from './formats/gzip.ts'
import {parseMooncake} from './formats/mooncake.ts'
import {BUNDLED_TRACES, GENERATED_TRACES} from './generators/bundled-traces.ts'
import {generateTrace} from './generators/generate.ts'
import {REMOTE_TRACES} from './remote-traces.ts'

const sha256 = async (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const catalogueText = readFileSync('static-traces/catalogue.json', 'utf8')

function readCatalogue(): Catalogue {
  const result = parseCatalogue(catalogueText)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('static-traces/', () => {
  it('lists the bundled and the generated traces, then those on other hosts', () => {
    const {traces} = readCatalogue()
    const [local, remote] = [traces.filter(trace => !isRemote(trace)), traces.filter(isRemote)]
    expect(local.map(trace => trace.id)).toEqual(
      [...BUNDLED_TRACES, ...GENERATED_TRACES].map(trace => trace.id),
    )
    expect(remote).toEqual(REMOTE_TRACES)
    expect(traces).toEqual([...local, ...remote])
    for (const {file} of remote) expect(file).toMatch(/^https:/)
  })

  it.each(readCatalogue().traces.filter(isGenerated))('makes $id as the catalogue says', async entry => {
    const made = GENERATED_TRACES.find(trace => trace.id === entry.id)!
    const bytes = strToU8(generateTrace(made.generator))
    expect(await checkTraceBytes(entry, bytes, sha256)).toBe(null)
  })

  it.each(readCatalogue().traces.filter(trace => !isRemote(trace) && !isGenerated(trace)))(
    'holds $id as the catalogue says and as its generator makes it',
    async entry => {
      const bytes = new Uint8Array(readFileSync(`static-traces/${entry.file}`))
      expect(await checkTraceBytes(entry, bytes, sha256)).toBe(null)
      const unpacked = gunzip(bytes, entry.file)
      if (!unpacked.ok) throw new Error(unpacked.error.message)
      // As it arrives where the server declares the packing.
      expect(await checkTraceBytes(entry, unpacked.value, sha256)).toBe(null)
      const bundled = BUNDLED_TRACES.find(trace => trace.id === entry.id)!
      expect(strFromU8(unpacked.value) === generateTrace(bundled.generator)).toBe(true)
      const options = {fileName: entry.file, traceBlockSize: entry.traceBlockSize, arrivalSpeedupRatio: 1}
      const workload = parseMooncake(bytes, options)
      expect(workload.ok && workload.value.requestCount).toBe(entry.requests)
    },
  )
})

describe('parseCatalogue', () => {
  it('names what is wrong', () => {
    const broken = (change: (entry: Record<string, unknown>) => void) => {
      const catalogue = JSON.parse(catalogueText) as {traces: Record<string, unknown>[]}
      change(catalogue.traces[1]!)
      const result = parseCatalogue(JSON.stringify(catalogue))
      return result.ok ? null : result.error.field
    }
    expect(broken(() => {})).toBe(null)
    expect(broken(entry => delete entry.title)).toBe('traces[1].title')
    expect(broken(entry => Object.assign(entry, {requests: 1.5}))).toBe('traces[1].requests')
    expect(broken(entry => Object.assign(entry, {sha256: 'abc'}))).toBe('traces[1].sha256')
    expect(broken(entry => Object.assign(entry, {unpackedSha256: 'abc'}))).toBe('traces[1].unpackedSha256')
    expect(broken(entry => Object.assign(entry, {unpackedBytes: '9'}))).toBe('traces[1].unpackedBytes')
    expect(parseCatalogue('{').ok).toBe(false)
    expect(parseCatalogue('{"version":2,"traces":[]}').ok).toBe(false)
    expect(parseCatalogue('{"version":1,"traces":[3]}').ok).toBe(false)
  })
})

describe('checkTraceBytes', () => {
  it('tells other bytes from the right ones', async () => {
    const entry = readCatalogue().traces[1]!
    const bytes = new Uint8Array(readFileSync(`static-traces/${entry.file}`))
    bytes[100] = bytes[100]! ^ 1
    expect(await checkTraceBytes(entry, bytes, sha256)).toContain('checksum')
    expect(await checkTraceBytes(entry, bytes.subarray(1), sha256)).toContain(`instead of ${entry.bytes}`)
    const unpacked = gunzip(new Uint8Array(readFileSync(`static-traces/${entry.file}`)), entry.file)
    if (!unpacked.ok) throw new Error(unpacked.error.message)
    unpacked.value[100] = unpacked.value[100]! ^ 1
    expect(await checkTraceBytes(entry, unpacked.value, sha256)).toContain(
      `instead of ${entry.unpackedSha256}`,
    )
    expect(await checkTraceBytes(entry, unpacked.value.subarray(9), sha256)).toContain(
      `(${entry.unpackedBytes} unpacked)`,
    )
  })
})
