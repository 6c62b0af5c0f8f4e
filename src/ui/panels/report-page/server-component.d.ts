/** Made by tools/vite-server-components.ts; whoever imports one says which component it is. */
declare module '*.svelte?server' {
  const component: unknown
  export default component
}
