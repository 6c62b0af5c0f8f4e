import {readFile} from 'node:fs/promises'
import {relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {compile} from 'svelte/compiler'
import type {Plugin} from 'vite'

const PREFIX = '\0server-component:'
/** Keeps other plugins from taking the file for a component of the page, or for TypeScript. */
const SUFFIX = '.mjs'
const QUERY = '?server'
/** Svelte's server code reaches for it when a component waits for something; none here does. */
const NODE_ONLY = 'node:async_hooks'
const NOTHING = '\0server-component-nothing'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Imports of `X.svelte?server` give the component, and those it uses, compiled to print HTML rather than to build
 * it: the same code with the same class names in Node, in the tests and in the page, so that all of them print
 * the same bytes. Styles travel inside the components and come out in the rendered head.
 */
export function serverComponents(): Plugin {
  return {
    name: 'server-components',
    enforce: 'pre',
    // Bundled in one go for the development server, or each would bring its own copy of what they share.
    config: () => ({optimizeDeps: {include: ['svelte/server', 'svelte/internal/server']}}),
    async resolveId(source, importer, options) {
      if (source === NODE_ONLY && this.environment.config.consumer === 'client') return NOTHING
      const isInside = importer?.startsWith(PREFIX) === true
      if (!isInside && !source.endsWith(`.svelte${QUERY}`)) return null
      const from = isInside ? fileOf(importer) : importer
      const path = source.endsWith(QUERY) ? source.slice(0, -QUERY.length) : source
      const resolved = await this.resolve(path, from, {...options, skipSelf: true})
      if (resolved === null || !resolved.id.endsWith('.svelte')) return resolved
      return PREFIX + resolved.id + SUFFIX
    },
    async load(id) {
      if (id === NOTHING) return 'export {}'
      if (!id.startsWith(PREFIX)) return null
      const file = fileOf(id)
      this.addWatchFile(file)
      const {js} = compile(await readFile(file, 'utf8'), {
        filename: relative(root, file),
        generate: 'server',
        css: 'injected',
        dev: false,
      })
      return js.code
    },
  }
}

function fileOf(id: string): string {
  return id.slice(PREFIX.length, -SUFFIX.length)
}
