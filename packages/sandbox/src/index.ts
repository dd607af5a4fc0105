export { type AnsweringServer, type Reply, type Seen, startAnsweringServer } from './answering-server.ts'
export type { SandboxClient } from './clients.ts'
export { ManualClock, manualClock, RunningClock, type SandboxClock } from './clock.ts'
export type { Endpoint } from './engine.ts'
export type { EntraApp, EntraDirectory, EntraPolicy, EntraSecret, EntraTenant } from './entra/directory.ts'
export { entraProvider } from './entra/entra-provider.ts'
export type { Fault, FaultHandle } from './faults.ts'
export type { Hold } from './holds.ts'
export type { Issued } from './http-answer.ts'
export type { Habits, Imitation } from './imitation/imitation.ts'
export { Journal, JournalEntry, type JournalQuery, type Outcome, type RequestSeen } from './journal.ts'
export type { SharedMailboxes } from './mail/mail-sign-in.ts'
export { type SandboxMail, type SandboxMailOptions, startSandboxMail } from './mail/sandbox-mail.ts'
export { type SandboxExchangeOptions, startSandboxExchange } from './microsoft/exchange.ts'
export {
  type GraphUser,
  type SandboxGraph,
  type SandboxGraphOptions,
  startSandboxGraph,
} from './microsoft/graph.ts'
export { type Choice, person } from './person.ts'
export type { RefreshFamily } from './refresh-families.ts'
export type { RequestMatch } from './request-match.ts'
export { createSandbox, type Sandbox, type SandboxOptions, type TokenSeen } from './sandbox.ts'
export type { SandboxState, SandboxStateKeeper } from './sandbox-state.ts'
export type { SandboxSettings, SettingsChange } from './settings.ts'
export type { SigningAlgorithm } from './signing-keys.ts'
export { type RunningSandbox, type StartOptions, startSandbox } from './start.ts'
export type { SandboxUser } from './users.ts'
