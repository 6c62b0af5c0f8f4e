// Writes static-traces/: the bundled traces, gzipped, and their catalogue. Run: node tools/traces/generate.mjs
import {createHash} from 'node:crypto'
import {mkdirSync, writeFileSync} from 'node:fs'
import {gzipSync} from 'fflate'
import {bundleAndImport} from '../bundle.mjs'

const directory = 'static-traces'
const {BUNDLED_TRACES, GENERATED_TRACES} = await bundleAndImport('src/trace/generators/bundled-traces.ts')
const {REMOTE_TRACES} = await bundleAndImport('src/trace/remote-traces.ts')
const {generateTrace} = await bundleAndImport('src/trace/generators/generate.ts')
mkdirSync(directory, {recursive: true})

const traces = BUNDLED_TRACES.map(trace => {
  const {id, title, description, traceBlockSize, generator} = trace
  const text = generateTrace(generator)
  // fflate and a fixed time in the header: the same bytes on every machine.
  const unpacked = new TextEncoder().encode(text)
  const packed = gzipSync(unpacked, {level: 9, mtime: 0})
  const file = `${id}.jsonl.gz`
  writeFileSync(`${directory}/${file}`, packed)
  return {
    id,
    title,
    description,
    file,
    sha256: sha256Hex(packed),
    bytes: packed.length,
    unpackedSha256: sha256Hex(unpacked),
    unpackedBytes: unpacked.length,
    requests: text.split('\n').length - 1,
    traceBlockSize,
    licence: 'Apache-2.0',
    madeBy: `generator ${JSON.stringify(generator)}`,
  }
})
// These have no file: their bytes are told to know them again.
const generated = GENERATED_TRACES.map(({id, title, description, traceBlockSize, generator}) => {
  const text = generateTrace(generator)
  const bytes = new TextEncoder().encode(text)
  return {
    id,
    title,
    description,
    file: `generated:${id}`,
    sha256: sha256Hex(bytes),
    bytes: bytes.length,
    requests: text.split('\n').length - 1,
    traceBlockSize,
    licence: 'Apache-2.0',
    madeBy: `generator ${JSON.stringify(generator)}`,
  }
})
const catalogue = {version: 1, traces: [...traces, ...generated, ...REMOTE_TRACES]}
writeFileSync(`${directory}/catalogue.json`, `${JSON.stringify(catalogue, null, 1)}\n`)
for (const trace of traces)
  process.stdout.write(`${trace.file}: ${trace.requests} requests, ${trace.bytes} bytes\n`)

function sha256Hex(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
