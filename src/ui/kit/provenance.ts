import {createContext} from 'svelte'

/** What a picture says of where it came from. */
export interface Provenance {
  /** The scenario in a sentence, its trace included. */
  readonly scenario: string
  /** Of ai-dynamo and of this tool. */
  readonly release: string
  /** Address that shows the same again. */
  readonly link: string
}

/** Of what is on screen when it is asked for; null = there is nothing to say. */
export type TellProvenance = () => Provenance | null

const [getTeller, provideTeller] = createContext<TellProvenance>()

export const provideProvenance = provideTeller

/** To be called while a component is made. */
export function useProvenance(): TellProvenance {
  try {
    return getTeller()
  } catch {
    // Outside the page, as in the stand-alone report and in tests, nobody provides it.
    return () => null
  }
}
