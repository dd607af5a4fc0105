/** With it a replica of the torture says which process a request came from. */
export const PROCESS_HEADER = 'x-process'
