/** The only place that reads the process environment; all else gets parsed, typed values. */
export const environment: Readonly<NodeJS.ProcessEnv> = process.env;
