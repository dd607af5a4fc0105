import { type TSchema, Type } from 'typebox'
import { Problem, Removal } from '../contract/index.ts'

/** The answers of a route: this one, or a problem. What is not in the schema does not leave. */
export function answers<T extends TSchema>(schema: T): { 200: T; '4xx': typeof Problem; '5xx': typeof Problem } {
  return { 200: schema, '4xx': Problem, '5xx': Problem }
}

/** The same for what was made. */
export function created<T extends TSchema>(schema: T): { 201: T; '4xx': typeof Problem; '5xx': typeof Problem } {
  return { 201: schema, '4xx': Problem, '5xx': Problem }
}

/** Nothing to tell, or a problem. */
export const nothing = { 204: Type.Null(), '4xx': Problem, '5xx': Problem }

/** Removed. 204 when that is all there is to tell; 200 tells what did not end at the provider. */
export const removed = {
  200: Removal,
  204: Type.Null(),
  '4xx': Problem,
  '5xx': Problem,
}

/** `/…/{id}` */
export const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })
