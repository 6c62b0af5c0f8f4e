import type {CatalogueEntry} from '../../../trace/catalogue.ts'

/** Whether a trace of the catalogue is on another host; the site's own stand beside the catalogue. */
export function isRemote({file}: CatalogueEntry): boolean {
  return /^https?:\/\//.test(file)
}
