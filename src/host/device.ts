/** Memory of the machine in GiB as the browser tells it: roughly, at most 8, and only in some browsers. */
export function deviceGiB(): number | undefined {
  return (navigator as {readonly deviceMemory?: number}).deviceMemory
}
