// Makes test/kept: runs as this version's Library keeps them. Run it once for each version of the record (RUN_VERSION in
// src/store/saved-run.ts), and never again for that version: node tools/kept/make.mjs
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {bundleAndImport} from '../bundle.mjs'

const {PRESETS_KEPT, makeRunRecord} = await bundleAndImport('tools/kept/run-record.ts')
for (const preset of PRESETS_KEPT) {
  const {about, body} = await makeRunRecord(preset)
  const base = `test/kept/run-version-${about.version}-${preset}`
  mkdirSync('test/kept', {recursive: true})
  if (existsSync(`${base}.json`)) {
    process.stdout.write(`${base} is kept as it is\n`)
    continue
  }
  writeFileSync(`${base}.json`, `${JSON.stringify(about, null, 1)}\n`)
  writeFileSync(`${base}.columns`, body)
  process.stdout.write(`${base}: ${body.length} bytes\n`)
}
