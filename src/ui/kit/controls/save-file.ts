/** Hands the reader a file, as a download. */
export function saveFile(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], {type}) : content
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser reads the blob after this task; a minute is ample and frees it in the end.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
