import {asRecord, type JsonRecord} from './json.ts'

/** Reads whole numbers from one config and remembers the first complaint. */
export class FieldReader {
  problem: {message: string; field: string} | null = null
  private readonly id: string
  private readonly config: JsonRecord

  constructor(id: string, config: JsonRecord) {
    this.id = id
    this.config = config
  }

  has(field: string): boolean {
    return this.config[field] !== undefined && this.config[field] !== null
  }

  positive(field: string): number {
    this.check(this.has(field), field, 'is missing')
    const value = this.optional(field)
    this.check(value > 0, field, 'must be larger than 0')
    return value
  }

  /** 0 when the field is absent or null. */
  optional(field: string): number {
    if (!this.has(field)) return 0
    const value = this.config[field]
    const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31
    this.check(whole, field, 'must be a whole number')
    return whole ? value : 0
  }

  /** A list; empty when the field is absent. */
  list(field: string): readonly unknown[] {
    const value = this.config[field] ?? []
    this.check(Array.isArray(value), field, 'must be a list')
    return Array.isArray(value) ? value : []
  }

  /** null when the field is absent or empty. */
  text(field: string): string | null {
    const value = this.config[field]
    return typeof value === 'string' && value.trim() !== '' ? value : null
  }

  /** A reader of an object in the config; null when there is none. */
  nested(field: string): FieldReader | null {
    const value = asRecord(this.config[field])
    return value === null ? null : new FieldReader(this.id, value)
  }

  /** A reader of one entry of a list of objects. */
  item(field: string, index: number): FieldReader {
    const value = asRecord(this.list(field)[index])
    this.check(value !== null, field, 'must be a list of objects')
    return new FieldReader(this.id, value ?? {})
  }

  /** Any number; null when the field is absent. */
  number(field: string): number | null {
    const value = this.config[field] ?? null
    this.check(value === null || (typeof value === 'number' && value >= 0), field, 'must be a number')
    return typeof value === 'number' ? value : null
  }

  /** Makes the complaints of readers of parts its own. */
  take(...parts: readonly (FieldReader | null)[]): void {
    for (const part of parts) this.problem ??= part?.problem ?? null
  }

  isTrue(field: string): boolean {
    return this.config[field] === true
  }

  check(condition: boolean, field: string, complaint: string): void {
    if (condition || this.problem !== null) return
    this.problem = {message: `${this.id}: "${field}" in config.json ${complaint}`, field}
  }
}
