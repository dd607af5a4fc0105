export { buildApp } from './app.ts'
export type { Deps } from './deps.ts'
export { type Jobs, startJobs } from './jobs/jobs.ts'
export { createServices, type Services } from './services.ts'
