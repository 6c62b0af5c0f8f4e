import type {EngineGeneration, EngineRelease} from './generation.ts'
import {ENGINE_1_2} from './generation-1.2.ts'

const GENERATIONS: Readonly<Record<EngineRelease, EngineGeneration>> = {'1.2.1': ENGINE_1_2}

export function engineGenerationOf(release: EngineRelease): EngineGeneration {
  return GENERATIONS[release]
}
