/**
 * Typed clients as source text, from OpenAPI documents.
 *
 * @module
 */
export { type GeneratedFiles, type GenerateOptions, generateClient } from './generate-client.ts'
export { parseDocument } from './parse-document.ts'
