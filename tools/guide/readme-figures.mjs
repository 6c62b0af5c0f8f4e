// Puts the figures of src/ui/panels/guide/preset-figures.json into README.md: node tools/guide/readme-figures.mjs
import {readFileSync, writeFileSync} from 'node:fs'
import {runnerImport} from 'vite'

const {module} = await runnerImport('./test/support/readme-figures.ts', {
  configFile: false,
  logLevel: 'error',
})
writeFileSync('README.md', module.withFigures(readFileSync('README.md', 'utf8')))
